#include "engine/write/data_file.hpp"

#include "base/uri.hpp"
#include "engine/session/lake_instance.hpp"

#include <cstdio>

namespace merganser {

static std::string FileName(uint64_t number, const std::string &uuid, const std::string &codec) {
	char part[32];
	std::snprintf(part, sizeof(part), "part-%05llu-", static_cast<unsigned long long>(number));
	const bool is_plain = codec == "uncompressed" || codec == "none";
	return part + uuid + "-c000" + (is_plain ? "" : "." + codec) + ".parquet";
}

NewDataFile::NewDataFile(duckdb::ClientContext &context, LakeTransaction &transaction, const WriteSpec &spec,
                         const std::string &folder, uint64_t number)
    : relative_path(JoinPath(JoinPath(spec.folder, folder),
                             FileName(number, LakeInstance::Get(context).GetRandom().Uuid(), spec.codec))) {
	transaction.RegisterWrittenFile(spec.location, FullPath(spec));
}

std::string NewDataFile::FullPath(const WriteSpec &spec) const {
	return JoinPath(spec.location.root, relative_path);
}

AddFile NewDataFile::Finished(duckdb::ClientContext &context, const WriteSpec &spec, PutOutcome outcome,
                              uint64_t size_bytes) {
	if (outcome != PutOutcome::WRITTEN) {
		// The name is random: nobody else can have taken it.
		throw duckdb::IOException(
		    "the store did not confirm that it wrote \"%s\" of table \"%s\". Nothing was committed; run the "
		    "statement again",
		    relative_path, spec.location.name);
	}
	AddFile added;
	added.path = PercentEncodePath(relative_path);
	added.size = static_cast<int64_t>(size_bytes);
	added.modification_time = LakeInstance::Get(context).GetClock().NowMs();
	return added;
}

void ThrowUnreadable(const Snapshot &snapshot, const std::string &path, const std::string &what, const Error &error) {
	throw Error(error.kind, "cannot read " + (what.empty() ? "" : what + " of ") + "\"" + path +
	                            "\", a file of table \"" + snapshot.TableName() + "\" in version " +
	                            std::to_string(snapshot.version) + ": " + error.what() +
	                            ". Nothing was changed; merganser_check says what else is damaged");
}

} // namespace merganser
