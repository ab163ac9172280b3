#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace merganser {

//! True when all of `text` is UTF-8 without surrogates and overlong forms.
bool IsUtf8(std::string_view text);

//! Appends one character. Requires: a code point that is not a surrogate.
void AppendUtf8(std::string &out, uint32_t code_point);

//! The first `chars_max` characters of `text`. Requires: IsUtf8(text).
std::string_view FirstChars(std::string_view text, size_t chars_max);

//! The shortest text that is greater, byte by byte, than every text that begins with `prefix`: the last character that
//! can be raised is raised and what follows is cut. nullopt when there is none. Requires: IsUtf8(prefix).
std::optional<std::string> UpperBoundOfPrefix(std::string_view prefix);

} // namespace merganser
