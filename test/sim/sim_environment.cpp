#include "sim_environment.hpp"

#include <cstdlib>
#include <iostream>

namespace merganser {

uint64_t NumberFromEnvironment(const char *name, uint64_t otherwise) {
	auto text = std::getenv(name);
	return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

void PrintRun(const RowWorld &world) {
	for (auto &line : world.scheduler.trace) {
		std::cout << line << "\n";
	}
	for (auto &record : world.records) {
		std::cout << record.id << " outcome " << int(record.outcome) << (record.is_read_only ? " read only" : "")
		          << " version " << record.version << " from " << record.base_version << ", " << record.executions
		          << " executions " << record.message << "\n";
		for (size_t i = 0; i < record.statements.size(); i++) {
			std::cout << "    " << record.statements[i].ToString() << "\n";
			if (i < record.results.size()) {
				std::cout << "        " << record.results[i] << "\n";
			}
		}
	}
	std::cout << "trace " << std::hex << world.scheduler.TraceHash() << std::dec << std::endl;
}

} // namespace merganser
