#pragma once

#include "protocol/actions.hpp"
#include "protocol/deletion_vector.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! A row of the simulated table; equal rows may occur more than once.
struct Row {
	int64_t key = 0;
	int64_t value = 0;

	auto operator<=>(const Row &) const = default;
};
//! As a set of rows they are sorted; as the content of a file they are in its order.
using Rows = std::vector<Row>;

//! The partition of a key, where the table is partitioned.
int64_t BucketOf(int64_t key);
//! `1=10 2=-5`.
std::string TextOf(const Rows &rows);

//! A data file of the simulation: a line for each row.
std::string EncodeRows(const Rows &rows);
Rows DecodeRows(std::string_view bytes);
//! Statistics of a file, as a writer gathers them; `is_tight`: no deletion vector was added since.
std::string StatisticsOf(const Rows &rows, bool is_tight);

//! `get` gives the bytes of a file by its path in the log. Empty without a descriptor.
using GetFile = std::function<std::string(const std::string &log_path)>;
DeletionVector LoadVector(const std::optional<DeletionVectorDescriptor> &descriptor, const GetFile &get);

} // namespace merganser
