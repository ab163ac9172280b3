# Compiler, sanitizers, linker and compiler cache. Everything here applies to our code and to third-party code alike;
# warnings are added per room (cmake/Rooms.cmake).
#
# Never define DEBUG or _GLIBCXX_DEBUG: both change the layout of DuckDB's classes, and its libraries are prebuilt.
# NDEBUG is set in release only. MERGANSER_ASSERTS=1 (relassert, debug, tsan) is what MG_ASSERT looks at; checks that
# protect a table's data do not look at it and stay on in every build.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
# -fPIC for programs as well: a precompiled header is only shared between files with the same code model.
add_compile_options(-fPIC)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN OFF)

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELASSERT "-O2 -g1 -DMERGANSER_ASSERTS=1 -D_GLIBCXX_ASSERTIONS")
set(CMAKE_C_FLAGS_RELASSERT "-O2 -g1")
# Lines and names are all that the sanitizers' reports show; -g would take a third more time to compile.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer -DMERGANSER_ASSERTS=1 -D_GLIBCXX_ASSERTIONS")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer")

add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique> -ffunction-sections -fdata-sections)
add_link_options(-Wl,--gc-sections $<$<CONFIG:Release>:-Wl,--strip-all>)

if(MERGANSER_SANITIZE)
  # -fno-sanitize=vptr: DuckDB's prebuilt libraries carry no type information for it.
  add_compile_options(-fsanitize=${MERGANSER_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${MERGANSER_SANITIZE})
  add_library(mg_sanitizer_defaults OBJECT "${CMAKE_SOURCE_DIR}/cmake/sanitizer_defaults.cpp")
  set(MERGANSER_SANITIZER_DEFAULTS mg_sanitizer_defaults)
endif()

if(MERGANSER_UNITY)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 10 CACHE STRING "Files of a batch")
endif()

find_package(Threads REQUIRED)

find_program(MERGANSER_CCACHE ccache)
if(MERGANSER_CCACHE)
  # The sloppiness lets ccache serve files that use a precompiled header.
  set(launcher "${CMAKE_COMMAND}" -E env "CCACHE_SLOPPINESS=pch_defines,time_macros" "${MERGANSER_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

find_program(MERGANSER_MOLD mold)
if(MERGANSER_MOLD AND NOT MERGANSER_SANITIZE)
  add_link_options(-fuse-ld=mold)
endif()
