#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "log/table_location.hpp"
#include "protocol/actions.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace merganser {

//! Jittered, doubling pause between attempts. Not thread-safe.
class Backoff {
public:
	Backoff(Clock &clock_p, Random &random_p) : clock(clock_p), random(random_p) {
	}
	void Pause();

private:
	Clock &clock;
	Random &random;
	int64_t bound_ms = 0;
};

//! Who holds a version of the log. A switch over it has no default.
enum class SlotHolder {
	//! Our bytes are in it.
	OURS,
	//! Another commit is in it; ours is not and cannot come to be.
	ANOTHER,
	//! The store refused the first put: nothing of ours can be in it.
	REFUSED,
	//! It could not be found out.
	UNSETTLED
};

struct SettledSlot {
	SlotHolder holder = SlotHolder::UNSETTLED;
	//! ANOTHER: its actions.
	std::vector<Action> actions;
	//! REFUSED, UNSETTLED: what the store said last.
	std::string problem;
};

//! Puts `text` as `version` if absent and does not return before it is known whose the version is, or the attempts are
//! used up. A lost answer is settled by reading the slot; an empty slot gets the same bytes again, so that a late first
//! put cannot commit twice.
SettledSlot TakeSlot(const TableLocation &location, int64_t version, const std::string &text, const std::string &txn_id,
                     Backoff backoff);

} // namespace merganser
