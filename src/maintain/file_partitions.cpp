#include "maintain/file_partitions.hpp"

#include <string>
#include <unordered_map>

namespace merganser {

namespace {

//! Gives equal texts of one partition column equal numbers, whatever codes their batches have for them.
class ColumnNumbers {
public:
	//! By code of the batch's dictionary.
	std::vector<uint32_t> Of(const std::vector<std::optional<std::string>> &dictionary) {
		std::vector<uint32_t> result;
		for (const auto &text : dictionary) {
			const bool is_null = !text || text->empty();
			result.push_back(is_null ? 0 : number_of.emplace(*text, uint32_t(number_of.size() + 1)).first->second);
		}
		return result;
	}

private:
	std::unordered_map<std::string, uint32_t> number_of;
};

//! Numbers pairs of numbers as they are met.
class PairNumbers {
public:
	uint32_t Of(uint32_t left, uint32_t right) {
		return number_of.emplace(uint64_t(left) << 32 | right, uint32_t(number_of.size())).first->second;
	}

private:
	std::unordered_map<uint64_t, uint32_t> number_of;
};

} // namespace

FilePartitions::FilePartitions(const Snapshot &snapshot) {
	const auto column_count = snapshot.configuration->PartitionColumns().size();
	const auto &files = snapshot.files;
	if (column_count == 0) {
		first_files.emplace_back();
		return;
	}
	std::vector<ColumnNumbers> columns(column_count);
	std::vector<std::vector<std::vector<uint32_t>>> number_of_code(files.BatchCount());
	for (size_t batch = 0; batch < files.BatchCount(); batch++) {
		numbers.emplace_back(files.Batch(batch).Count());
		for (size_t column = 0; column < column_count; column++) {
			number_of_code[batch].push_back(columns[column].Of(files.Batch(batch).PartitionDictionary(column)));
		}
	}
	// Column by column: what the columns so far make together, and the next one. The last pair is the partition.
	std::vector<PairNumbers> pairs(column_count);
	files.ForEachLive([&](FileRef file) {
		uint32_t number = 0;
		for (size_t column = 0; column < column_count; column++) {
			const auto code = files.Batch(file.batch).PartitionCode(column, file.row);
			number = pairs[column].Of(number, number_of_code[file.batch][column][code]);
		}
		numbers[file.batch][file.row] = number;
		if (number == first_files.size()) {
			first_files.push_back(file);
		}
	});
}

} // namespace merganser
