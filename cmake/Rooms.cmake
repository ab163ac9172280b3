# A room is one folder under src/ and one static library. What it may use is what it names here; tools/tidy.py
# enforces the same order on every #include (tools/layers.toml).

set(MERGANSER_WARNINGS -Wall -Wextra)
if(MERGANSER_WERROR)
  # Warnings that come and go with the compiler's optimiser stay warnings, so that a newer GCC still builds us.
  list(APPEND MERGANSER_WARNINGS -Werror -Wno-error=maybe-uninitialized -Wno-error=stringop-overflow
       -Wno-error=array-bounds -Wno-error=restrict -Wno-error=free-nonheap-object)
endif()

if(MERGANSER_UNITY)
  # "A type uses the anonymous namespace" is said of headers only; a batch looks like one.
  list(APPEND MERGANSER_WARNINGS -Wno-subobject-linkage)
endif()

# mg_settings: what every file of ours is compiled with, and nothing of third parties.
add_library(mg_settings INTERFACE)
target_compile_options(mg_settings INTERFACE ${MERGANSER_WARNINGS})
target_include_directories(mg_settings INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_definitions(mg_settings INTERFACE MERGANSER_VERSION="${PROJECT_VERSION}")
target_link_libraries(mg_settings INTERFACE Threads::Threads)

# Declares target <target> from folder/*.cpp, main.cpp left out (that is a program's). A folder without sources gives an
# INTERFACE library, so that the build works before a room is furnished.
function(merganser_library target folder)
  cmake_parse_arguments(arg "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${folder}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PUBLIC mg_settings ${arg_DEPENDS})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE mg_settings ${arg_DEPENDS})
  endif()
endfunction()

function(merganser_room room)
  merganser_library(mg_${room} src/${room} ${ARGN})
endfunction()
