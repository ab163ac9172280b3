# The rooms that see DuckDB. A DuckDB header costs seconds per file, so all of them share one precompiled header.

set(pch_stub "${CMAKE_BINARY_DIR}/duckdb_pch.cpp")
file(GENERATE OUTPUT "${pch_stub}" CONTENT "// Compiled once for src/engine/duckdb_pch.hpp.\n")
add_library(mg_engine_pch OBJECT "${pch_stub}")
target_link_libraries(mg_engine_pch PUBLIC mg_settings duckdb_headers)
target_precompile_headers(mg_engine_pch PRIVATE "${CMAKE_SOURCE_DIR}/src/engine/duckdb_pch.hpp")

function(merganser_share_pch target)
  get_target_property(type ${target} TYPE)
  if(NOT type STREQUAL "INTERFACE_LIBRARY")
    target_link_libraries(${target} PUBLIC duckdb_headers)
    target_precompile_headers(${target} REUSE_FROM mg_engine_pch)
  endif()
endfunction()

function(merganser_engine_room room)
  merganser_library(mg_engine_${room} src/engine/${room} ${ARGN})
  merganser_share_pch(mg_engine_${room})
endfunction()

# src/engine/*.cpp: the entry point. merganser_engine is what a program links to have the extension built in.
function(merganser_engine_entry)
  merganser_library(mg_engine_entry src/engine ${ARGN})
  merganser_share_pch(mg_engine_entry)
  add_library(merganser_engine INTERFACE)
  target_link_libraries(merganser_engine INTERFACE mg_engine_entry duckdb_bundle)
endfunction()

# A room above the engine: src/<room>/*.cpp is library mg_<room>, so that its parts can be unit-tested.
function(merganser_face room)
  merganser_library(mg_${room} src/${room} ${ARGN})
  merganser_share_pch(mg_${room})
endfunction()

# merganser_program(name MAIN file LINKS …): an executable with the engine built in, once its main file exists.
function(merganser_program name)
  cmake_parse_arguments(arg "" "MAIN" "LINKS" ${ARGN})
  file(GLOB main CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${arg_MAIN}")
  if(NOT main)
    return()
  endif()
  add_executable(${name} ${main})
  target_link_libraries(${name} PRIVATE mg_settings ${arg_LINKS} ${MERGANSER_SANITIZER_DEFAULTS})
  target_precompile_headers(${name} REUSE_FROM mg_engine_pch)
  if(NOT MERGANSER_SANITIZE)
    # Never -static-libgcc: an exception that crosses a library border would then end the process.
    target_link_options(${name} PRIVATE -static-libstdc++)
  endif()
endfunction()

# build/<preset>/merganser.duckdb_extension: one shared library that exports one symbol, with DuckDB's footer.
function(merganser_duckdb_extension)
  get_target_property(type mg_engine_entry TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    return()
  endif()
  set(exports "${CMAKE_SOURCE_DIR}/cmake/extension_exports.map")
  add_library(merganser_loadable MODULE "${CMAKE_SOURCE_DIR}/cmake/no_bundled_extensions.cpp")
  target_link_libraries(merganser_loadable PRIVATE duckdb_headers mg_engine_entry duckdb_core)
  target_link_options(merganser_loadable PRIVATE -static-libstdc++ "-Wl,--version-script=${exports}"
                      -Wl,-u,merganser_duckdb_cpp_init)
  set_target_properties(merganser_loadable PROPERTIES PREFIX "" LINK_DEPENDS "${exports}")

  set(footer "${CMAKE_SOURCE_DIR}/cmake/append_footer.py")
  set(artefact "${CMAKE_BINARY_DIR}/merganser.duckdb_extension")
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  add_custom_command(OUTPUT "${artefact}"
    COMMAND "${Python3_EXECUTABLE}" "${footer}" $<TARGET_FILE:merganser_loadable> "${artefact}"
            --extension-version "v${PROJECT_VERSION}" --duckdb-version v1.5.5 --platform linux_amd64
    DEPENDS merganser_loadable "${footer}" VERBATIM)
  add_custom_target(merganser_extension ALL DEPENDS "${artefact}")
endfunction()
