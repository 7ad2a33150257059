# nhip_embed(TARGET NAME FILE): a static library TARGET with `std::string_view nhip::embedded::NAME()`,
# declared in "nhip_embedded/NAME.h", holding the bytes of FILE as they are at build time.
set(NHIP_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/embed_file.cmake)

function(nhip_embed target name file)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded_${name})
  set(header ${out}/nhip_embedded/${name}.h)
  add_custom_command(
    OUTPUT ${out}/${name}.cpp ${header}
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DFILE=${file} -DOUT=${out} -P ${NHIP_EMBED_SCRIPT}
    DEPENDS ${file} ${NHIP_EMBED_SCRIPT}
    VERBATIM)
  add_library(${target} STATIC ${out}/${name}.cpp ${header})
  target_include_directories(${target} PUBLIC ${out})
endfunction()
