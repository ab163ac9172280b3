#include "log/log_file_name.hpp"

#include "base/assert.hpp"
#include "base/uri.hpp"
#include "protocol/text_cursor.hpp"

#include <cstdio>

namespace merganser {

namespace {

constexpr uint32_t VERSION_DIGITS = 20;
constexpr uint32_t PART_DIGITS = 10;
constexpr size_t UUID_CHARS = 36;

//! 20 digits that fit an int64.
bool TakeVersion(std::string_view &rest, int64_t &version) {
	if (rest.size() < VERSION_DIGITS || rest[0] != '0') {
		return false;
	}
	TextCursor cursor(rest.substr(0, VERSION_DIGITS));
	// 19 digits may overflow: the first two are never used by versions that exist.
	if (!cursor.Take('0') || !cursor.Take('0') || !cursor.TakeNumber(VERSION_DIGITS - 2, VERSION_DIGITS - 2, version)) {
		return false;
	}
	rest.remove_prefix(VERSION_DIGITS);
	return true;
}

bool TakeText(std::string_view &rest, std::string_view text) {
	if (!rest.starts_with(text)) {
		return false;
	}
	rest.remove_prefix(text.size());
	return true;
}

//! `0000000001.0000000003.parquet`
bool TakeParts(std::string_view rest, LogFile &file) {
	TextCursor cursor(rest);
	int64_t part = 0;
	int64_t parts = 0;
	if (!cursor.TakeNumber(PART_DIGITS, PART_DIGITS, part) || !cursor.Take('.') ||
	    !cursor.TakeNumber(PART_DIGITS, PART_DIGITS, parts) || std::string_view(cursor.at, cursor.end) != ".parquet") {
		return false;
	}
	constexpr int64_t PARTS_MAX = 1000000;
	if (part < 1 || part > parts || parts > PARTS_MAX) {
		return false;
	}
	file.kind = LogFileKind::CHECKPOINT_PART;
	file.part = uint32_t(part);
	file.parts = uint32_t(parts);
	return true;
}

//! `80a083e8-7026-4e79-81be-64bd76c43a11.json`
bool TakeUuid(std::string_view rest, LogFile &file) {
	if (rest.size() <= UUID_CHARS) {
		return false;
	}
	for (auto byte : rest.substr(0, UUID_CHARS)) {
		const bool is_hex =
		    (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
		if (!is_hex && byte != '-') {
			return false;
		}
	}
	const auto ending = rest.substr(UUID_CHARS);
	if (ending != ".json" && ending != ".parquet") {
		return false;
	}
	file.kind = LogFileKind::CHECKPOINT_UUID;
	file.is_json = ending == ".json";
	return true;
}

//! What follows `<version>.checkpoint.`
bool TakeCheckpoint(std::string_view rest, LogFile &file) {
	if (rest == "parquet") {
		file.kind = LogFileKind::CHECKPOINT_CLASSIC;
		return true;
	}
	return TakeParts(rest, file) || TakeUuid(rest, file);
}

} // namespace

std::optional<LogFile> ParseLogFileName(const std::string &path) {
	LogFile file;
	auto rest = FileNameOf(path);
	if (!TakeVersion(rest, file.version) || !TakeText(rest, ".")) {
		return std::nullopt;
	}
	file.version_end = file.version;
	file.path = path;
	if (rest == "json") {
		file.kind = LogFileKind::COMMIT;
		return file;
	}
	if (rest == "crc") {
		file.kind = LogFileKind::CHECKSUM;
		return file;
	}
	if (TakeText(rest, "checkpoint.")) {
		return TakeCheckpoint(rest, file) ? std::optional(file) : std::nullopt;
	}
	if (TakeVersion(rest, file.version_end) && rest == ".compacted.json" && file.version_end > file.version) {
		file.kind = LogFileKind::COMPACTED;
		return file;
	}
	return std::nullopt;
}

std::string VersionText(int64_t version) {
	MG_ASSERT(version >= 0);
	char text[VERSION_DIGITS + 1];
	std::snprintf(text, sizeof(text), "%020lld", static_cast<long long>(version));
	return text;
}

std::string ClassicCheckpointPath(const TableLocation &location, int64_t version) {
	return JoinPath(location.LogFolder(), VersionText(version) + ".checkpoint.parquet");
}

std::string CheckpointPartPath(const TableLocation &location, int64_t version, uint32_t part, uint32_t parts) {
	const auto digits = [](uint32_t number) {
		const auto text = std::to_string(number);
		return std::string(PART_DIGITS - text.size(), '0') + text;
	};
	const auto name = VersionText(version) + ".checkpoint." + digits(part) + "." + digits(parts) + ".parquet";
	return JoinPath(location.LogFolder(), name);
}

std::string V2CheckpointPath(const TableLocation &location, int64_t version, const std::string &uuid) {
	return JoinPath(location.LogFolder(), VersionText(version) + ".checkpoint." + uuid + ".json");
}

std::string CompactedPath(const TableLocation &location, int64_t first, int64_t last) {
	return JoinPath(location.LogFolder(), VersionText(first) + "." + VersionText(last) + ".compacted.json");
}

std::string SidecarFolder(const TableLocation &location) {
	return JoinPath(location.LogFolder(), "_sidecars");
}

std::string ChecksumPath(const TableLocation &location, int64_t version) {
	return JoinPath(location.LogFolder(), VersionText(version) + ".crc");
}

std::string LastCheckpointPath(const TableLocation &location) {
	return JoinPath(location.LogFolder(), "_last_checkpoint");
}

} // namespace merganser
