#include "sim_world.hpp"

#include "base/error.hpp"
#include "log_client.hpp"
#include "txn/overwrite.hpp"

#include <charconv>

namespace merganser {

namespace {

//! Times that an actor tries an unreliable read before it gives up its turn.
constexpr int READ_TRIES_MAX = 8;

Metadata MakeMetadata(bool in_commit_timestamps) {
	Schema schema;
	schema.fields.push_back(StructField {"id", DataType::Primitive(TypeKind::LONG), true, {}});
	Metadata metadata;
	metadata.id = "5fba94ed-9794-4965-ba6e-6ee3c0d22af9";
	metadata.schema_string = WriteSchema(schema);
	metadata.configuration["delta.checkpointInterval"] = "5";
	if (in_commit_timestamps) {
		metadata.configuration["delta.enableInCommitTimestamps"] = "true";
	}
	return metadata;
}

} // namespace

int64_t ValueOf(std::string_view path) {
	auto mark = path.rfind("_v");
	int64_t value = 0;
	std::from_chars(path.data() + mark + 2, path.data() + path.size(), value);
	return value;
}

int64_t SumOf(const Snapshot &snapshot) {
	int64_t sum = 0;
	snapshot.files.ForEachLive([&](FileRef file) { sum += ValueOf(snapshot.files.BatchOf(file).Path(file.row)); });
	return sum;
}

//! One simulated client. Runs on the thread that the scheduler gives it.
struct SimWorld::Actor {
	Actor(SimWorld &world_p, std::string name_p, uint64_t seed)
	    : world(world_p), name(std::move(name_p)), random(seed), log(world_p, random, READ_TRIES_MAX) {
	}

	//! The newest version; nullptr when there is no table or the store fails again and again.
	SnapshotPtr Look() {
		try {
			return log.Look();
		} catch (const Error &error) {
			if (error.kind != ErrorKind::NOT_FOUND) {
				throw;
			}
			return nullptr;
		}
	}

	AddFile NewFile(int64_t value) {
		AddFile add;
		add.path = name + "-" + std::to_string(++file_count) + "_v" + std::to_string(value) + ".parquet";
		add.size = 1;
		add.modification_time = world.clock.NowMs();
		add.stats = R"({"numRecords":1})";
		return add;
	}

	void Commit(CommitRequest request) {
		request.location = world.location;
		request.engine_info = "sim/" + name;
		auto result = log.Commit(request);
		CommitRecord record;
		record.actor = name;
		record.operation = request.change.operation;
		record.added_path = request.change.added_files.empty() ? std::string() : request.change.added_files[0].path;
		record.outcome = result.outcome;
		record.version = result.version;
		record.message = result.message;
		if (result.conflict) {
			record.conflict = result.conflict->kind;
		}
		world.commits.push_back(std::move(record));
	}

	//! A new table, or one on top of the log of a dropped one.
	void Create(const SnapshotPtr &dropped) {
		CommitRequest request;
		request.base = dropped;
		bool in_commit_timestamps = random.Below(2) == 0;
		request.change.metadata = MakeMetadata(in_commit_timestamps);
		request.change.protocol = SmallestProtocol(ParseSchema(request.change.metadata->schema_string),
		                                           request.change.metadata->configuration);
		request.change.operation = "CREATE TABLE";
		request.change.added_files = {NewFile(int64_t(random.Below(10)))};
		Commit(std::move(request));
	}

	//! The table to work on; creates it where it is missing.
	SnapshotPtr Table() {
		auto snapshot = Look();
		if (!snapshot || snapshot->IsDropped()) {
			Create(snapshot);
			snapshot = Look();
		}
		return snapshot && !snapshot->IsDropped() ? snapshot : nullptr;
	}

	void Append() {
		CommitRequest request;
		if (!(request.base = Table())) {
			return;
		}
		request.change.operation = "WRITE";
		request.change.added_files = {NewFile(int64_t(random.Below(100)))};
		Commit(std::move(request));
	}

	void Overwrite() {
		CommitRequest request;
		if (!(request.base = Table())) {
			return;
		}
		request.change.operation = "OVERWRITE";
		request.read_set.whole_table = true;
		RemoveAllFiles(*request.base, world.clock.NowMs(), request.change);
		request.change.added_files = {NewFile(int64_t(random.Below(100)))};
		Commit(std::move(request));
	}

	void Compact() {
		CommitRequest request;
		if (!(request.base = Table())) {
			return;
		}
		int64_t sum = 0;
		auto &files = request.base->files;
		files.ForEachLive([&](FileRef file) {
			if (request.change.removed_files.size() < 2) {
				auto add = files.BatchOf(file).ToAddFile(file.row);
				sum += ValueOf(add.path);
				request.read_set.files.push_back(add.path);
				auto remove = RemovalOf(std::move(add), world.clock.NowMs());
				remove.data_change = false;
				request.change.removed_files.push_back(std::move(remove));
			}
		});
		request.change.operation = "OPTIMIZE";
		request.change.added_files = {NewFile(sum)};
		request.change.added_files[0].data_change = false;
		Commit(std::move(request));
	}

	void Drop() {
		CommitRequest request;
		if (!(request.base = Table())) {
			return;
		}
		request.change.operation = "DROP TABLE";
		request.read_set.whole_table = true;
		RemoveAllFiles(*request.base, world.clock.NowMs(), request.change);
		request.change.metadata = request.base->configuration->GetMetadata();
		request.change.metadata->configuration["merganser.dropped"] = "true";
		Commit(std::move(request));
	}

	void Alter() {
		CommitRequest request;
		if (!(request.base = Table())) {
			return;
		}
		request.change.operation = "SET TBLPROPERTIES";
		request.change.metadata = request.base->configuration->GetMetadata();
		request.change.metadata->configuration["note"] = std::to_string(random.Below(1000));
		Commit(std::move(request));
	}

	void Checkpoint() {
		log.Checkpoint(Look());
	}

	void Read() {
		// Every other read starts cold.
		if (random.Below(2) == 0) {
			log.Forget();
		}
		if (auto snapshot = Look()) {
			world.reads.push_back({name, snapshot->version, SumOf(*snapshot), snapshot->IsDropped()});
		}
	}

	SimWorld &world;
	const std::string name;
	SeededRandom random;
	LogClient log;
	int file_count = 0;
};

SimWorld::SimWorld(uint64_t seed_p, uint32_t fail_permille) : SimStage(seed_p, fail_permille) {
}

SimWorld::~SimWorld() = default;

void SimWorld::AddActor(const std::string &name, int rounds, void (Actor::*act)()) {
	auto actor = actors.emplace_back(std::make_unique<Actor>(*this, name, seed * 104729 + actors.size() + 1)).get();
	scheduler.Add(name, [actor, rounds, act] {
		for (int round = 0; round < rounds; round++) {
			(actor->*act)();
		}
	});
}

void SimWorld::AddAppender(const std::string &name, int rounds) {
	AddActor(name, rounds, &Actor::Append);
}

void SimWorld::AddOverwriter(const std::string &name, int rounds) {
	AddActor(name, rounds, &Actor::Overwrite);
}

void SimWorld::AddCompactor(const std::string &name, int rounds) {
	AddActor(name, rounds, &Actor::Compact);
}

void SimWorld::AddDropper(const std::string &name, int rounds) {
	AddActor(name, rounds, &Actor::Drop);
}

void SimWorld::AddAlterer(const std::string &name, int rounds) {
	AddActor(name, rounds, &Actor::Alter);
}

void SimWorld::AddCheckpointer(const std::string &name, int rounds) {
	AddActor(name, rounds, &Actor::Checkpoint);
}

void SimWorld::AddReader(const std::string &name, int rounds) {
	AddActor(name, rounds, &Actor::Read);
}

} // namespace merganser
