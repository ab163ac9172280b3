#pragma once

#include "base/outcome.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace merganser {

//! The system calls behind LocalStore; only files of this room named local_* include it. All throw Error on failure.

//! Temporary files begin with this, so that every reader of Delta tables ignores them and List never shows them.
constexpr std::string_view LEFTOVER_PREFIX = ".tmp.";

//! Maps errno to an ErrorKind and throws "cannot <action> '<path>': <reason>".
[[noreturn]] void ThrowErrno(const char *action, const std::string &path, int code);
//! Throws INVALID_INPUT unless the path is absolute and without NUL bytes.
void CheckLocalPath(const std::string &path);
//! The folder that holds `path`; "/" for children of the root.
std::string FolderOf(const std::string &path);
//! True when the error says that nothing is there (or cannot be there, below a regular file).
bool IsMissing(int code);
int64_t ModifiedMs(const struct stat &status);

//! Owns a file descriptor.
class FileHandle {
public:
	explicit FileHandle(int descriptor_p = -1) : descriptor(descriptor_p) {
	}
	FileHandle(FileHandle &&other) noexcept;
	FileHandle &operator=(FileHandle &&other) noexcept;
	~FileHandle();

	bool IsOpen() const {
		return descriptor >= 0;
	}
	int Descriptor() const {
		return descriptor;
	}
	//! Closes it and gives errno of close(), 0 when all is well.
	int Close();

private:
	int descriptor;
};

//! open() that survives signals; not open with errno set on failure.
FileHandle OpenFile(const std::string &path, int flags);
//! Up to `length` bytes from `offset`, fewer only at the end of the file.
std::string ReadBytes(const FileHandle &file, const std::string &path, uint64_t offset, uint64_t length);
void WriteBytes(const FileHandle &file, const std::string &path, std::string_view bytes);
//! Creates the folder and its parents; each new entry is made durable. Existing is no error.
void CreateLocalFolder(const std::string &folder);

//! A file under a hidden unique name beside the object that it shall become. Unlinked when destroyed unpublished.
class TemporaryFile {
public:
	//! Creates missing parents of `target`.
	explicit TemporaryFile(const std::string &target);
	TemporaryFile(const TemporaryFile &) = delete;
	TemporaryFile &operator=(const TemporaryFile &) = delete;
	~TemporaryFile();

	void Write(std::string_view bytes);
	//! Makes the bytes durable, then gives them their name if it is free, then makes the name durable.
	//! Whatever happens, the temporary name is gone afterwards.
	PutOutcome PublishIfAbsent();
	//! As above but takes the name from whatever has it.
	void PublishOver();
	void Discard();

private:
	void SyncAndClose();
	bool LinkIsOurs() const;
	PutOutcome RenameIfAbsent();
	PutOutcome AfterName();

	std::string target;
	std::string path;
	FileHandle file;
	uint64_t written_bytes = 0;
	//! The device has been told to write so many of them.
	uint64_t started_bytes = 0;
};

} // namespace merganser
