# Writes NAME.cpp and nhip_embedded/NAME.h in OUT with the bytes of FILE. See embed.cmake.
file(READ ${FILE} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
file(WRITE ${OUT}/${NAME}.cpp
  "#include \"nhip_embedded/${NAME}.h\"\n"
  "namespace nhip::embedded {\n"
  "static constexpr char kBytes[] = {${bytes}'\\0'};\n"
  "std::string_view ${NAME}() { return {kBytes, sizeof kBytes - 1}; }\n"
  "}\n")
file(WRITE ${OUT}/nhip_embedded/${NAME}.h
  "#pragma once\n#include <string_view>\n"
  "namespace nhip::embedded { std::string_view ${NAME}(); }\n")
