#include "txn/commit_slot.hpp"

#include "base/error.hpp"
#include "base/limits.hpp"
#include "log/commit_append.hpp"
#include "protocol/action_json.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace merganser {

void Backoff::Pause() {
	bound_ms = bound_ms == 0 ? limits::COMMIT_BACKOFF_FIRST_MS : std::min(bound_ms * 2, limits::COMMIT_BACKOFF_MAX_MS);
	clock.SleepMs(1 + int64_t(random.Below(uint64_t(bound_ms))));
}

namespace {

struct PutAnswer {
	PutOutcome outcome = PutOutcome::UNKNOWN;
	bool permission_denied = false;
	//! The store said that it wrote nothing.
	bool nothing_written = false;
	std::string problem;
};

//! An Error of a put promises that nothing was written (disk full); any other exception says nothing sure about the
//! slot.
PutAnswer TryPut(const TableLocation &location, int64_t version, const std::string &text) {
	PutAnswer answer;
	try {
		answer.outcome = AppendCommit(location, version, text);
		if (answer.outcome == PutOutcome::UNKNOWN) {
			answer.problem = "the store's answer was lost";
		}
	} catch (const Error &error) {
		answer.permission_denied = error.kind == ErrorKind::PERMISSION;
		answer.nothing_written = true;
		answer.problem = error.what();
	} catch (const std::exception &error) {
		answer.problem = error.what();
	}
	return answer;
}

//! nullopt while the slot is empty or cannot be read; then `problem` says why.
std::optional<SettledSlot> TryReadSlot(const TableLocation &location, int64_t version, const std::string &text,
                                       const std::string &txn_id, std::string &problem) {
	try {
		auto path = location.CommitPath(version);
		auto found = location.store->TryGet(path);
		if (!found) {
			if (problem.empty()) {
				problem = "the store said that the version exists, but it cannot be read";
			}
			return std::nullopt;
		}
		SettledSlot slot;
		slot.holder = *found == text ? SlotHolder::OURS : SlotHolder::ANOTHER;
		if (slot.holder == SlotHolder::OURS) {
			return slot;
		}
		ParseActions(*found, path, [&](Action &&action) {
			auto info = std::get_if<CommitInfo>(&action);
			if (info && info->txn_id && *info->txn_id == txn_id) {
				slot.holder = SlotHolder::OURS;
			}
			slot.actions.push_back(std::move(action));
		});
		return slot;
	} catch (const std::exception &error) {
		problem = error.what();
	}
	return std::nullopt;
}

} // namespace

SettledSlot TakeSlot(const TableLocation &location, int64_t version, const std::string &text, const std::string &txn_id,
                     Backoff backoff) {
	SettledSlot unsettled;
	bool may_be_written = false;
	for (uint32_t attempt = 0; attempt < limits::SETTLE_ATTEMPTS_MAX; attempt++) {
		if (attempt > 0) {
			backoff.Pause();
		}
		auto answer = TryPut(location, version, text);
		if (answer.outcome == PutOutcome::WRITTEN) {
			return SettledSlot {SlotHolder::OURS, {}, {}};
		}
		may_be_written = may_be_written || !answer.nothing_written;
		if (!may_be_written && (answer.permission_denied || attempt + 1 == limits::REFUSED_PUTS_MAX)) {
			return SettledSlot {SlotHolder::REFUSED, {}, answer.problem};
		}
		if (auto slot = TryReadSlot(location, version, text, txn_id, answer.problem)) {
			return std::move(*slot);
		}
		unsettled.problem = answer.problem;
	}
	return unsettled;
}

} // namespace merganser
