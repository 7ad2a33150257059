// Nothing but the two headers that every test uses, compiled once (tests/CMakeLists.txt).
