#include "row_world.hpp"

#include "base/error.hpp"
#include "log_client.hpp"
#include "row_transaction.hpp"

#include <exception>

namespace merganser {

namespace {

constexpr int ROW_READ_TRIES_MAX = 30;
//! Executions of one transaction: the first and ten more.
constexpr uint32_t EXECUTIONS_MAX = 11;

Metadata MakeMetadata(const RowWorldOptions &options) {
	Schema schema;
	for (auto name : {"key", "value", "bucket"}) {
		if (options.is_partitioned || std::string_view(name) != "bucket") {
			schema.fields.push_back(StructField {name, DataType::Primitive(TypeKind::LONG), true, {}});
		}
	}
	Metadata metadata;
	metadata.id = "5fba94ed-9794-4965-ba6e-6ee3c0d22af9";
	metadata.schema_string = WriteSchema(schema);
	metadata.configuration["delta.checkpointInterval"] = "5";
	if (options.is_partitioned) {
		metadata.partition_columns = {"bucket"};
	}
	return metadata;
}

} // namespace

//! One simulated client. Runs on the thread that the scheduler gives it.
struct RowWorld::Actor {
	Actor(RowWorld &world_p, std::string name_p, uint64_t seed)
	    : world(world_p), name(std::move(name_p)), random(seed), choices(seed + 17),
	      log(world_p, random, ROW_READ_TRIES_MAX) {
	}

	TransactionSettings Settings(const std::string &id) {
		NewName new_name = [this] {
			return name + "-" + std::to_string(++file_count) + ".rows";
		};
		return TransactionSettings {world.clock, random, new_name, id, world.options.withholds_reads};
	}

	//! The newest version; nullptr when the store fails again and again. Some looks start cold.
	SnapshotPtr Look() {
		if (random.Below(4) == 0) {
			log.Forget();
		}
		return log.Look();
	}

	CommitResult Commit(CommitRequest request) {
		request.isolation = world.options.isolation;
		return log.Commit(request);
	}

	TransactionRecord NewRecord(std::vector<Statement> statements) {
		TransactionRecord record;
		record.id = name + "/" + std::to_string(++transaction_count);
		record.actor = name;
		record.statements = std::move(statements);
		return record;
	}

	//! True when the record says all that its client will ever know.
	bool Settle(RowTransaction &transaction, TransactionRecord &record) {
		if (!transaction.HasChange()) {
			record.outcome = CommitOutcome::COMMITTED;
			record.is_read_only = true;
			record.version = record.base_version;
			transaction.DeleteWritten();
			return true;
		}
		auto result = Commit(transaction.Request());
		record.outcome = result.outcome;
		record.version = result.version;
		record.message = result.message;
		record.last_conflict = result.conflict ? std::optional(result.conflict->kind) : record.last_conflict;
		switch (result.outcome) {
		case CommitOutcome::COMMITTED:
			transaction.DeleteSuperseded();
			return true;
		case CommitOutcome::CONFLICT:
			transaction.DeleteWritten();
			return false;
		case CommitOutcome::REJECTED:
			transaction.DeleteWritten();
			return true;
		case CommitOutcome::UNKNOWN:
			return true;
		}
		return true;
	}

	//! `run` does the work of one execution; false: there is nothing to do.
	void RunTransaction(TransactionRecord record, uint32_t executions_max,
	                    const std::function<bool(RowTransaction &, TransactionRecord &)> &run) {
		for (bool is_settled = false; !is_settled && record.executions < executions_max;) {
			record.executions++;
			auto base = Look();
			if (!base) {
				record.message = "the log could not be read";
				break;
			}
			record.base_version = base->version;
			record.results.clear();
			RowTransaction transaction(base, Settings(record.id));
			try {
				if (!run(transaction, record)) {
					return;
				}
			} catch (const Error &error) {
				if (error.kind != ErrorKind::IO) {
					throw;
				}
				// The statement failed before it could commit.
				record.outcome = CommitOutcome::REJECTED;
				record.message = error.what();
				transaction.DeleteWritten();
				break;
			}
			is_settled = Settle(transaction, record);
		}
		world.records.push_back(std::move(record));
	}

	void RunStatements(const MakeStatements &make) {
		RunTransaction(NewRecord(make(choices)), EXECUTIONS_MAX,
		               [](RowTransaction &transaction, TransactionRecord &record) {
			               for (auto &statement : record.statements) {
				               record.results.push_back(transaction.Run(statement));
			               }
			               return true;
		               });
	}

	//! OPTIMIZE gives up where another changed its files.
	void Compact() {
		RunTransaction(NewRecord({}), 1,
		               [](RowTransaction &transaction, TransactionRecord &) { return transaction.Compact(); });
	}

	void Alter() {
		auto base = Look();
		if (!base) {
			return;
		}
		auto record = NewRecord({});
		CommitRequest request;
		request.location = world.location;
		request.base = base;
		request.engine_info = "sim";
		request.change.operation = "SET TBLPROPERTIES";
		request.change.operation_parameters["transaction"] = record.id;
		request.change.metadata = base->configuration->GetMetadata();
		auto &properties = request.change.metadata->configuration;
		switch (choices.Below(4)) {
		case 0:
			properties["delta.enableDeletionVectors"] = "true";
			break;
		case 1:
			properties["delta.enableInCommitTimestamps"] = "true";
			break;
		case 2:
			properties["delta.checkpointPolicy"] = "v2";
			break;
		default:
			properties["note"] = record.id;
		}
		auto result = Commit(request);
		record.executions = 1;
		record.base_version = base->version;
		record.outcome = result.outcome;
		record.version = result.version;
		record.message = result.message;
		world.records.push_back(std::move(record));
	}

	RowWorld &world;
	const std::string name;
	SeededRandom random;
	//! What statements are made of: not moved on by what the store does.
	SeededRandom choices;
	LogClient log;
	int file_count = 0;
	int transaction_count = 0;
};

RowWorld::RowWorld(uint64_t seed_p, RowWorldOptions options_p)
    : SimStage(seed_p, options_p.fail_permille), options(std::move(options_p)) {
	CreateTable();
}

RowWorld::~RowWorld() = default;

void RowWorld::CreateTable() {
	CommitRequest request;
	request.location = plain_location;
	request.engine_info = "sim";
	auto &change = request.change;
	change.operation = "CREATE TABLE";
	change.metadata = MakeMetadata(options);
	// Every feature that an actor may turn on is there from the start.
	auto properties = change.metadata->configuration;
	properties["delta.enableDeletionVectors"] = "true";
	properties["delta.enableInCommitTimestamps"] = "true";
	properties["delta.checkpointPolicy"] = "v2";
	change.protocol = SmallestProtocol(ParseSchema(change.metadata->schema_string), properties);
	if (options.has_vectors) {
		change.metadata->configuration["delta.enableDeletionVectors"] = "true";
	}
	if (options.has_commit_timestamps) {
		change.metadata->configuration["delta.enableInCommitTimestamps"] = "true";
	}
	SeededRandom random(seed);
	CommitEnvironment environment {LogContext {parquet}, clock, random};
	auto created = CommitChange(request, environment);
	Verify(created.outcome == CommitOutcome::COMMITTED, "the simulated table is created");
	if (options.first_rows.empty()) {
		return;
	}
	int files = 0;
	NewName new_name = [&] {
		return "first-" + std::to_string(++files) + ".rows";
	};
	RowTransaction first(created.snapshot, {clock, random, new_name, "first", false});
	first.Run(Statement {StatementKind::INSERT, 0, 0, 0, options.first_rows});
	Verify(CommitChange(first.Request(), environment).outcome == CommitOutcome::COMMITTED, "its rows are inserted");
}

void RowWorld::AddActor(const std::string &name, int rounds, std::function<void(Actor &)> act) {
	auto actor = actors.emplace_back(std::make_unique<Actor>(*this, name, seed * 104729 + actors.size() + 1)).get();
	scheduler.Add(name, [this, actor, rounds, act = std::move(act)] {
		for (int round = 0; round < rounds; round++) {
			try {
				act(*actor);
			} catch (const std::exception &error) {
				problems.push_back(actor->name + ": " + error.what());
			}
		}
	});
}

void RowWorld::AddClient(const std::string &name, int rounds, MakeStatements make) {
	AddActor(name, rounds, [make = std::move(make)](Actor &actor) { actor.RunStatements(make); });
}

void RowWorld::AddCompactor(const std::string &name, int rounds) {
	AddActor(name, rounds, [](Actor &actor) { actor.Compact(); });
}

void RowWorld::AddAlterer(const std::string &name, int rounds) {
	AddActor(name, rounds, [](Actor &actor) { actor.Alter(); });
}

void RowWorld::AddCheckpointer(const std::string &name, int rounds) {
	AddActor(name, rounds, [](Actor &actor) { actor.log.Checkpoint(actor.Look()); });
}

} // namespace merganser
