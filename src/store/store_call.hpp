#pragma once

#include <cstddef>
#include <string_view>

namespace merganser {

//! The kinds of store calls that decorators count and break. Append is part of its writer: OPEN_WRITER and FINISH stand
//! for it.
enum class StoreCall {
	LIST,
	HEAD,
	GET,
	GET_RANGE,
	PUT,
	PUT_IF_ABSENT,
	OPEN_WRITER,
	FINISH,
	DELETE,
	CREATE_FOLDER,
	DELETE_EMPTY_FOLDER,
	DELETE_LEFTOVERS,
	FOLDER_STAMP,
	LOCK_FOLDER
};

constexpr size_t STORE_CALL_KINDS = static_cast<size_t>(StoreCall::LOCK_FOLDER) + 1;

constexpr std::string_view NameOf(StoreCall call) {
	constexpr std::string_view NAMES[STORE_CALL_KINDS] = {"list",
	                                                      "head",
	                                                      "get",
	                                                      "get_range",
	                                                      "put",
	                                                      "put_if_absent",
	                                                      "open_writer",
	                                                      "finish",
	                                                      "delete",
	                                                      "create_folder",
	                                                      "delete_empty_folder",
	                                                      "delete_leftovers",
	                                                      "folder_stamp",
	                                                      "lock_folder"};
	return NAMES[static_cast<size_t>(call)];
}

} // namespace merganser
