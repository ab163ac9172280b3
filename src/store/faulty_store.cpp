#include "store/faulty_store.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace merganser {

//! Lives no longer than the store that opened it.
class FaultyObjectWriter : public ObjectWriter {
public:
	FaultyObjectWriter(FaultyStore &store_p, std::unique_ptr<ObjectWriter> inner_p)
	    : store(store_p), inner(std::move(inner_p)) {
	}
	void Append(std::string_view bytes) override {
		Verify(inner != nullptr, "append to an object writer that has ended");
		inner->Append(bytes);
	}
	PutOutcome FinishIfAbsent() override {
		Verify(inner != nullptr, "finish of an object writer that has ended");
		// A late effect outlives this object, hence the shared pointer.
		const std::shared_ptr<ObjectWriter> finished = std::move(inner);
		return store.RunPut(StoreCall::FINISH, [finished]() { return finished->FinishIfAbsent(); });
	}
	void Abort() override {
		if (inner) {
			inner->Abort();
		}
		inner.reset();
	}

private:
	FaultyStore &store;
	std::unique_ptr<ObjectWriter> inner;
};

namespace {

//! A late effect that fails has no one to tell: it never happens, as the UNKNOWN of its call allows.
void RunLate(const std::function<PutOutcome()> &effect) {
	try {
		effect();
	} catch (const Error &) {
	}
}

} // namespace

FaultyStore::FaultyStore(std::shared_ptr<ObjectStore> inner_p, FaultPlan plan_p, Clock &clock_p)
    : inner(std::move(inner_p)), clock(clock_p), plan(plan_p), random(plan_p.seed) {
}

std::optional<FaultMoment> FaultyStore::Decide(StoreCall call) {
	if (order.calls_left > 0 && (!order.kind || *order.kind == call) && --order.calls_left == 0) {
		return order.moment;
	}
	if (plan.fail_permille > 0 && random.Below(1000) < plan.fail_permille) {
		return static_cast<FaultMoment>(random.Below(3));
	}
	return std::nullopt;
}

std::optional<FaultMoment> FaultyStore::Begin(StoreCall call) {
	int64_t delay_ms = 0;
	std::vector<Effect> due;
	std::optional<FaultMoment> fault;
	{
		std::lock_guard<std::mutex> guard(lock);
		++call_count;
		auto is_due = [&](const LateEffect &late) {
			return late.due_at_call <= call_count;
		};
		for (const auto &late : late_effects) {
			if (is_due(late)) {
				due.push_back(late.effect);
			}
		}
		std::erase_if(late_effects, is_due);
		if (plan.delay_max_ms > 0) {
			delay_ms = static_cast<int64_t>(random.Below(static_cast<uint64_t>(plan.delay_max_ms) + 1));
		}
		fault = Decide(call);
		fault_count += fault ? 1 : 0;
	}
	for (const auto &effect : due) {
		effect();
	}
	if (delay_ms > 0) {
		clock.SleepMs(delay_ms);
	}
	return fault;
}

void FaultyStore::Run(StoreCall call, const std::string &path, const Effect &effect) {
	const auto fault = Begin(call);
	if (!fault || *fault == FaultMoment::AFTER) {
		effect();
	}
	if (fault) {
		throw Error(ErrorKind::IO, "injected fault: " + std::string(NameOf(call)) + " of '" + path + "' failed");
	}
}

PutOutcome FaultyStore::RunPut(StoreCall call, const PutEffect &effect) {
	const auto fault = Begin(call);
	if (!fault) {
		return effect();
	}
	switch (*fault) {
	case FaultMoment::BEFORE:
		break;
	case FaultMoment::AFTER:
		effect();
		break;
	case FaultMoment::LATE: {
		std::lock_guard<std::mutex> guard(lock);
		late_effects.push_back({call_count + plan.late_calls, [effect]() {
			                        RunLate(effect);
		                        }});
		break;
	}
	}
	return PutOutcome::UNKNOWN;
}

void FaultyStore::Tear(std::vector<ObjectInfo> &found) {
	size_t missing_count = 0;
	{
		std::lock_guard<std::mutex> guard(lock);
		if (plan.torn_list_permille == 0 || random.Below(1000) >= plan.torn_list_permille) {
			return;
		}
		missing_count = std::min<size_t>(found.size(), 1 + random.Below(std::max(plan.torn_entries_max, 1u)));
		fault_count += missing_count > 0 ? 1 : 0;
	}
	for (; missing_count > 0; --missing_count) {
		// Of objects that are equally new, the last in byte order: in a log that is the highest version.
		const auto newest = std::max_element(found.begin(), found.end(), [](const auto &left, const auto &right) {
			return left.modified_ms < right.modified_ms ||
			       (left.modified_ms == right.modified_ms && left.path < right.path);
		});
		found.erase(newest);
	}
}

std::vector<ObjectInfo> FaultyStore::List(const std::string &folder, ListDepth depth, const std::string &start_after) {
	std::vector<ObjectInfo> found;
	Run(StoreCall::LIST, folder, [&]() { found = inner->List(folder, depth, start_after); });
	Tear(found);
	return found;
}

std::optional<ObjectInfo> FaultyStore::Head(const std::string &path) {
	std::optional<ObjectInfo> info;
	Run(StoreCall::HEAD, path, [&]() { info = inner->Head(path); });
	return info;
}

std::optional<std::string> FaultyStore::TryGet(const std::string &path) {
	std::optional<std::string> bytes;
	Run(StoreCall::GET, path, [&]() { bytes = inner->TryGet(path); });
	return bytes;
}

std::string FaultyStore::GetRange(const std::string &path, uint64_t offset, uint64_t length) {
	std::string bytes;
	Run(StoreCall::GET_RANGE, path, [&]() { bytes = inner->GetRange(path, offset, length); });
	return bytes;
}

void FaultyStore::Put(const std::string &path, std::string_view bytes) {
	Run(StoreCall::PUT, path, [&]() { inner->Put(path, bytes); });
}

PutOutcome FaultyStore::PutIfAbsent(const std::string &path, std::string_view bytes) {
	// Copies, because a late effect comes after the caller's bytes are gone.
	return RunPut(StoreCall::PUT_IF_ABSENT,
	              [store = inner, path, copy = std::string(bytes)]() { return store->PutIfAbsent(path, copy); });
}

std::unique_ptr<ObjectWriter> FaultyStore::OpenWriter(const std::string &path) {
	std::unique_ptr<ObjectWriter> writer;
	Run(StoreCall::OPEN_WRITER, path, [&]() { writer = inner->OpenWriter(path); });
	return std::make_unique<FaultyObjectWriter>(*this, std::move(writer));
}

void FaultyStore::Delete(const std::string &path) {
	Run(StoreCall::DELETE, path, [&]() { inner->Delete(path); });
}

void FaultyStore::CreateFolder(const std::string &folder) {
	Run(StoreCall::CREATE_FOLDER, folder, [&]() { inner->CreateFolder(folder); });
}

bool FaultyStore::DeleteEmptyFolder(const std::string &folder) {
	bool is_gone = false;
	Run(StoreCall::DELETE_EMPTY_FOLDER, folder, [&]() { is_gone = inner->DeleteEmptyFolder(folder); });
	return is_gone;
}

uint64_t FaultyStore::DeleteLeftovers(const std::string &folder, int64_t modified_before_ms) {
	uint64_t removed_count = 0;
	Run(StoreCall::DELETE_LEFTOVERS, folder,
	    [&]() { removed_count = inner->DeleteLeftovers(folder, modified_before_ms); });
	return removed_count;
}

std::optional<std::string> FaultyStore::FolderStamp(const std::string &folder) {
	std::optional<std::string> stamp;
	Run(StoreCall::FOLDER_STAMP, folder, [&]() { stamp = inner->FolderStamp(folder); });
	std::lock_guard<std::mutex> guard(lock);
	return plan.torn_list_permille > 0 ? std::nullopt : stamp;
}

bool FaultyStore::FolderExists(const std::string &folder) {
	bool exists = false;
	Run(StoreCall::HEAD, folder, [&]() { exists = inner->FolderExists(folder); });
	return exists;
}

std::unique_ptr<StoreLock> FaultyStore::LockFolder(const std::string &folder, LockMode mode) {
	std::unique_ptr<StoreLock> held;
	Run(StoreCall::LOCK_FOLDER, folder, [&]() { held = inner->LockFolder(folder, mode); });
	return held;
}

std::string FaultyStore::Name() const {
	return inner->Name();
}

void FaultyStore::FailCall(uint64_t nth, FaultMoment moment, std::optional<StoreCall> kind) {
	Verify(nth > 0, "calls are counted from 1");
	std::lock_guard<std::mutex> guard(lock);
	order = Order {nth, moment, kind};
}

void FaultyStore::Heal() {
	std::lock_guard<std::mutex> guard(lock);
	order = Order();
	plan.fail_permille = 0;
	plan.torn_list_permille = 0;
	plan.delay_max_ms = 0;
}

void FaultyStore::FlushLate() {
	std::vector<LateEffect> due;
	{
		std::lock_guard<std::mutex> guard(lock);
		due.swap(late_effects);
	}
	for (const auto &late : due) {
		late.effect();
	}
}

uint64_t FaultyStore::CallCount() const {
	std::lock_guard<std::mutex> guard(lock);
	return call_count;
}

uint64_t FaultyStore::FaultCount() const {
	std::lock_guard<std::mutex> guard(lock);
	return fault_count;
}

} // namespace merganser
