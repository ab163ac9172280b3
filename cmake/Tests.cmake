# Tests are found by folder:
#   test/unit/<room>/*.cpp  -> unit_<room>   GoogleTest; links only the room. Engine rooms: test/unit/engine_<room>
#   test/sim/*.cpp          -> sim           GoogleTest or its own main; all core rooms
#   test/fuzz/<name>.cpp    -> fuzz_<name>   GoogleTest or its own main; without arguments it runs its smoke seeds
#   test/sqllogic/*.cpp     -> sqllogic      the SQL test runner, engine built in
# Headers shared by tests live in test/support and are included as "support/….hpp".

function(merganser_test name label)
  cmake_parse_arguments(arg "NO_CTEST" "TIMEOUT" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/test")
  target_link_libraries(${name} PRIVATE ${MERGANSER_SANITIZER_DEFAULTS})
  target_compile_definitions(${name} PRIVATE MERGANSER_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE mg_settings ${arg_LINKS} GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  if(NOT arg_NO_CTEST)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS "${label}" TIMEOUT ${arg_TIMEOUT}
                         ENVIRONMENT "TZ=UTC" WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  endif()
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
    merganser_test(unit_${room} unit TIMEOUT 120 SOURCES ${unit_sources_${room}} LINKS mg_${room})
  else()
    message(FATAL_ERROR "test/unit/${room} has no room src/${room}")
  endif()
endforeach()

file(GLOB sim_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/test/sim/*.cpp")
if(sim_sources)
  merganser_test(sim sim TIMEOUT 600 SOURCES ${sim_sources} LINKS mg_txn mg_maintain)
endif()

file(GLOB fuzz_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/test/fuzz/*.cpp")
foreach(source ${fuzz_sources})
  get_filename_component(name "${source}" NAME_WE)
  merganser_test(fuzz_${name} fuzz TIMEOUT 600 SOURCES ${source} LINKS mg_txn mg_maintain)
endforeach()

file(GLOB sqllogic_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/test/sqllogic/*.cpp")
if(MERGANSER_DUCKDB AND sqllogic_sources)
  merganser_test(sqllogic sql NO_CTEST SOURCES ${sqllogic_sources} LINKS merganser_engine)
  target_precompile_headers(sqllogic REUSE_FROM mg_engine_pch)
  set_target_properties(sqllogic PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
endif()
