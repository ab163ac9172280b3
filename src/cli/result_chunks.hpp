#pragma once

#include "duckdb.hpp"

#include <cstdio>
#include <string>

namespace merganser::cli {

//! Calls `on_chunk` for each chunk of rows until the end, or until `output` no longer takes bytes (a closed pipe).
//! Throws when a row cannot be fetched.
template <class CALLBACK>
void ForEachChunk(duckdb::QueryResult &result, std::FILE *output, CALLBACK &&on_chunk) {
	while (std::ferror(output) == 0) {
		duckdb::unique_ptr<duckdb::DataChunk> chunk;
		duckdb::ErrorData error;
		if (!result.TryFetch(chunk, error)) {
			if (error.HasError()) {
				error.Throw();
			}
			result.ThrowError();
		}
		if (!chunk || chunk->size() == 0) {
			return;
		}
		on_chunk(*chunk);
	}
}

inline void WriteText(const std::string &text, std::FILE *output) {
	std::fwrite(text.data(), 1, text.size(), output);
}

} // namespace merganser::cli
