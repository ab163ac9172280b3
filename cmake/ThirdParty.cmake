# Everything we did not write. tools/setup.sh fills ${MERGANSER_DEPS}; docs/dependencies.md says why each is here.

function(merganser_require path)
  if(NOT EXISTS "${path}")
    message(FATAL_ERROR "${path} is missing. Run 'tools/setup.sh build' (or 'make build', which does it).")
  endif()
endfunction()

merganser_require("${MERGANSER_DEPS}/simdjson/simdjson.cpp")
add_library(mg_simdjson STATIC "${MERGANSER_DEPS}/simdjson/simdjson.cpp")
target_include_directories(mg_simdjson SYSTEM PUBLIC "${MERGANSER_DEPS}/simdjson")
# Not under UBSan: that takes a minute and a half, and the parts that are templates are in our files.
target_compile_options(mg_simdjson PRIVATE -w -fno-sanitize=undefined)

merganser_require("${MERGANSER_DEPS}/roaring/roaring.c")
add_library(mg_roaring STATIC "${MERGANSER_DEPS}/roaring/roaring.c")
target_include_directories(mg_roaring SYSTEM PUBLIC "${MERGANSER_DEPS}/roaring")
target_compile_options(mg_roaring PRIVATE -w -fno-sanitize=undefined)

find_package(GTest REQUIRED)

if(MERGANSER_DUCKDB)
  find_package(CLI11 REQUIRED)

  find_library(EDIT_STATIC libedit.a REQUIRED)
  find_library(TINFO_STATIC libtinfo.a REQUIRED)
  find_library(BSD_STATIC libbsd.a REQUIRED)
  find_library(MD_STATIC libmd.a REQUIRED)
  add_library(mg_libedit INTERFACE)
  target_link_libraries(mg_libedit INTERFACE "${EDIT_STATIC}" "${TINFO_STATIC}" "${BSD_STATIC}" "${MD_STATIC}")

  set(duckdb_source "${MERGANSER_DEPS}/duckdb-1.5.5/external/duckdb")
  set(duckdb_lib "${MERGANSER_DEPS}/duckdb/lib")
  merganser_require("${duckdb_source}/src/include/duckdb.hpp")
  merganser_require("${duckdb_lib}/libduckdb_static.a")

  add_library(duckdb_headers INTERFACE)
  target_include_directories(duckdb_headers SYSTEM INTERFACE
    "${duckdb_source}/src/include"
    "${duckdb_source}/extension/parquet/include"
    "${duckdb_source}/extension/core_functions/include"
    "${duckdb_source}/extension/json/include"
    "${duckdb_source}/extension/autocomplete/include"
    "${duckdb_source}/extension/icu/include"
    "${duckdb_source}/extension/tpch/include"
    "${duckdb_source}/extension/tpcds/include"
    "${duckdb_source}/third_party/parquet"
    "${duckdb_source}/third_party/thrift"
    "${duckdb_source}/third_party/fmt/include"
    "${duckdb_source}/third_party/re2"
    "${duckdb_source}/third_party/utf8proc/include"
    "${duckdb_source}/third_party/yyjson/include"
    "${duckdb_source}/third_party/libpg_query/include"
    "${duckdb_source}/third_party/mbedtls/include"
    "${duckdb_source}/third_party/zstd/include"
    "${duckdb_source}/third_party/concurrentqueue"
    "${duckdb_source}/third_party/fast_float"
    "${duckdb_source}/third_party/fastpforlib"
    "${duckdb_source}/third_party/fsst"
    "${duckdb_source}/third_party/hyperloglog"
    "${duckdb_source}/third_party/jaro_winkler"
    "${duckdb_source}/third_party/lz4"
    "${duckdb_source}/third_party/miniz"
    "${duckdb_source}/third_party/pcg"
    "${duckdb_source}/third_party/pdqsort"
    "${duckdb_source}/third_party/skiplist"
    "${duckdb_source}/third_party/ska_sort"
    "${duckdb_source}/third_party/snappy"
    "${duckdb_source}/third_party/tdigest"
    "${duckdb_source}/third_party/vergesort")
  target_compile_definitions(duckdb_headers INTERFACE DUCKDB_STATIC_BUILD)

  # The libraries refer to each other in circles, hence one group. duckdb_core is what the loadable extension needs
  # (with a stub in place of the generated loader, which would pull in every bundled extension); duckdb_bundle is
  # what a program of ours needs.
  set(core parquet_extension core_functions_extension duckdb_static duckdb_fastpforlib duckdb_fmt duckdb_fsst
      duckdb_hyperloglog duckdb_mbedtls duckdb_miniz duckdb_pg_query duckdb_re2 duckdb_skiplistlib duckdb_utf8proc
      duckdb_yyjson duckdb_zstd)
  set(bundle ${core} duckdb_generated_extension_loader json_extension icu_extension autocomplete_extension
      tpch_extension tpcds_extension)
  foreach(set core bundle)
    list(TRANSFORM ${set} PREPEND "${duckdb_lib}/lib")
    list(TRANSFORM ${set} APPEND ".a")
    add_library(duckdb_${set} INTERFACE)
    target_link_libraries(duckdb_${set} INTERFACE duckdb_headers
      -Wl,--start-group ${${set}} -Wl,--end-group ${CMAKE_DL_LIBS} Threads::Threads)
  endforeach()
endif()
