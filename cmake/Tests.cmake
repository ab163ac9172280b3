# Tests are found by folder:
#   test/unit/<room>/*.cpp  -> unit_<room>   GoogleTest; links only the room. Engine rooms: test/unit/engine_<room>
#   test/sim/*.cpp          -> sim           GoogleTest or its own main; all core rooms
#   test/fuzz/<name>.cpp    -> fuzz_<name>   GoogleTest or its own main; without arguments it runs its smoke seeds
#   test/sqllogic/*.cpp     -> sqllogic      the SQL test runner, engine built in
# What tests share lives in test/support and is included as "support/….hpp"; its sources are library mg_test_support.
# <label>_tests builds all tests of a label: unit_tests, sim_tests, fuzz_tests.

file(GLOB support_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/test/support/*.cpp")
add_library(mg_test_support STATIC EXCLUDE_FROM_ALL ${support_sources})
target_include_directories(mg_test_support PUBLIC "${CMAKE_SOURCE_DIR}/test")
target_link_libraries(mg_test_support PUBLIC mg_settings mg_log)

# GoogleTest and the standard library, read once for all tests of core rooms.
set(test_pch_stub "${CMAKE_BINARY_DIR}/test_pch.cpp")
file(GENERATE OUTPUT "${test_pch_stub}" CONTENT "// Compiled once for the tests of core rooms.\n")
add_library(mg_test_pch OBJECT EXCLUDE_FROM_ALL "${test_pch_stub}")
target_link_libraries(mg_test_pch PUBLIC mg_settings GTest::gtest)
target_compile_definitions(mg_test_pch PRIVATE MERGANSER_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
target_precompile_headers(mg_test_pch PRIVATE <gtest/gtest.h> <algorithm> <atomic> <functional> <map> <memory> <mutex>
                          <optional> <string> <thread> <variant> <vector>)

function(merganser_test name label)
  cmake_parse_arguments(arg "NO_CTEST" "TIMEOUT" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/test")
  target_link_libraries(${name} PRIVATE ${MERGANSER_SANITIZER_DEFAULTS})
  target_compile_definitions(${name} PRIVATE MERGANSER_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE mg_settings ${arg_LINKS} GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  if(NOT TARGET ${label}_tests)
    add_custom_target(${label}_tests)
  endif()
  add_dependencies(${label}_tests ${name})
  if(NOT arg_NO_CTEST)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS "${label}" TIMEOUT ${arg_TIMEOUT}
                         ENVIRONMENT "TZ=UTC" WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  endif()
endfunction()

function(merganser_core_test name)
  merganser_test(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE mg_test_support)
  target_precompile_headers(${name} REUSE_FROM mg_test_pch)
endfunction()

# CONFIGURE_DEPENDS on the folders too: a new room's tests appear without a manual configure.
set(unit_folder "${CMAKE_SOURCE_DIR}/test/unit")
file(GLOB unit_sources CONFIGURE_DEPENDS RELATIVE "${unit_folder}" "${unit_folder}/*/*.cpp")
set(unit_rooms)
foreach(source ${unit_sources})
  get_filename_component(room "${source}" DIRECTORY)
  list(APPEND unit_rooms ${room})
  list(APPEND unit_sources_${room} "${unit_folder}/${source}")
endforeach()
list(REMOVE_DUPLICATES unit_rooms)
foreach(room ${unit_rooms})
  if(room MATCHES "^(engine_|cli$|server$)")
    if(MERGANSER_DUCKDB)
      merganser_test(unit_${room} unit TIMEOUT 120 SOURCES ${unit_sources_${room}} LINKS mg_${room} duckdb_bundle)
      target_precompile_headers(unit_${room} REUSE_FROM mg_engine_pch)
    endif()
  elseif(TARGET mg_${room})
    merganser_core_test(unit_${room} unit TIMEOUT 120 SOURCES ${unit_sources_${room}} LINKS mg_${room})
  else()
    message(FATAL_ERROR "test/unit/${room} has no room src/${room}")
  endif()
endforeach()

file(GLOB sim_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/test/sim/*.cpp")
if(sim_sources)
  merganser_core_test(sim sim TIMEOUT 600 SOURCES ${sim_sources} LINKS mg_upkeep)
endif()

file(GLOB fuzz_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/test/fuzz/*.cpp")
foreach(source ${fuzz_sources})
  get_filename_component(name "${source}" NAME_WE)
  merganser_core_test(fuzz_${name} fuzz TIMEOUT 600 SOURCES ${source} LINKS mg_txn mg_maintain)
endforeach()

file(GLOB sqllogic_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/test/sqllogic/*.cpp")
if(MERGANSER_DUCKDB AND sqllogic_sources)
  merganser_test(sqllogic sql NO_CTEST SOURCES ${sqllogic_sources} LINKS merganser_engine)
  target_precompile_headers(sqllogic REUSE_FROM mg_engine_pch)
  set_target_properties(sqllogic PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
endif()
