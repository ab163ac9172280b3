#include "txn/row_id_rebase.hpp"

#include "base/json.hpp"

#include <string_view>

namespace merganser {

namespace {

constexpr std::string_view DOMAIN_NAME = "delta.rowTracking";
constexpr std::string_view MARK_KEY = "rowIdHighWaterMark";
//! The mark of a table that has given out no id.
constexpr int64_t NO_MARK = -1;

int64_t ParseMark(const std::string &configuration) {
	return ParseJson(configuration, "domain " + std::string(DOMAIN_NAME)).Root().GetInt(MARK_KEY);
}

int64_t MarkOf(const Snapshot *snapshot) {
	if (!snapshot) {
		return NO_MARK;
	}
	auto found = snapshot->domains.find(std::string(DOMAIN_NAME));
	return found == snapshot->domains.end() ? NO_MARK : ParseMark(found->second.configuration);
}

DomainMetadata *FindMark(std::vector<Action> &actions) {
	for (auto &action : actions) {
		auto domain = std::get_if<DomainMetadata>(&action);
		if (domain && IsRowTracking(*domain) && !domain->removed) {
			return domain;
		}
	}
	return nullptr;
}

} // namespace

bool IsRowTracking(const DomainMetadata &domain) {
	return domain.domain == DOMAIN_NAME;
}

void RebaseRowIds(const Snapshot *base, const Snapshot *previous, int64_t version, std::vector<Action> &actions) {
	auto mark = FindMark(actions);
	if (!mark) {
		return;
	}
	const int64_t first_new_id = MarkOf(base) + 1;
	const int64_t distance = MarkOf(previous) - MarkOf(base);
	for (auto &action : actions) {
		auto add = std::get_if<AddFile>(&action);
		if (add && add->base_row_id && *add->base_row_id >= first_new_id) {
			*add->base_row_id += distance;
			add->default_row_commit_version = version;
		}
	}
	JsonWriter json;
	json.StartObject().Key(MARK_KEY).Int(ParseMark(mark->configuration) + distance).EndObject();
	mark->configuration = json.Take();
}

} // namespace merganser
