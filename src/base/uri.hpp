#pragma once

#include <string>
#include <string_view>

namespace merganser {

//! Paths in the Delta log are RFC 2396 URIs (PROTOCOL.md, "Add File and Remove File"): percent-encoded on write,
//! decoded for file access.

//! Decodes %XX. Throws CORRUPT when a percent sign is not followed by two hex digits.
std::string PercentDecode(std::string_view text);
//! Encodes every byte that a URI path may not hold as it is (space, %, #, ?, non-ASCII …); '/' stays.
std::string PercentEncodePath(std::string_view path);
//! True for `scheme:/…` URIs and for paths that begin with '/'.
bool IsAbsolutePath(std::string_view path);
//! Joins with exactly one '/'. An empty side yields the other side.
std::string JoinPath(std::string_view parent, std::string_view child);
//! Everything after the last '/'; everything before it (without it).
std::string_view FileNameOf(std::string_view path);
std::string_view ParentOf(std::string_view path);
//! Resolves '.' and '..'; returns false when the result would leave `root` (a relative path that climbs out).
bool StaysInside(std::string_view relative_path);

} // namespace merganser
