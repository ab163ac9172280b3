#pragma once

#include "protocol/altered_table.hpp"

#include "support/expect_error.hpp"
#include "support/legacy_protocol.hpp"

#include <map>
#include <string>
#include <utility>

namespace merganser {

//! A table with something of each shape, and what the tests of its edits need.

inline StructField Field(const std::string &name, DataTypePtr type, std::map<std::string, std::string> metadata = {}) {
	StructField field;
	field.name = name;
	field.type = std::move(type);
	field.metadata = std::move(metadata);
	return field;
}

inline DataTypePtr Long() {
	return DataType::Primitive(TypeKind::LONG);
}
inline DataTypePtr Integer() {
	return DataType::Primitive(TypeKind::INTEGER);
}

//! id, p, s(x, y), l array of (z), m map of text to (v).
inline Schema Wide() {
	Schema schema;
	schema.fields.push_back(Field("id", Integer()));
	schema.fields.push_back(Field("p", Integer()));
	schema.fields.push_back(Field("s", DataType::Struct({Field("x", Integer()), Field("y", Integer())})));
	schema.fields.push_back(Field("l", DataType::Array(DataType::Struct({Field("z", Integer())}), true)));
	schema.fields.push_back(Field(
	    "m", DataType::Map(DataType::Primitive(TypeKind::STRING), DataType::Struct({Field("v", Integer())}), true)));
	return schema;
}

inline TableConfiguration WideTable(StringMap configuration = {}, Schema schema = Wide(),
                                    Protocol protocol = Legacy(1, 2)) {
	Metadata metadata;
	metadata.id = "id";
	metadata.schema_string = WriteSchema(schema);
	metadata.configuration = std::move(configuration);
	metadata.partition_columns = {"p"};
	return TableConfiguration("t", std::move(protocol), std::move(metadata));
}

inline std::string CountedUuid() {
	static int count = 0;
	return "uuid-" + std::to_string(++count);
}

inline AlteredFrom From(const TableConfiguration &table) {
	return AlteredFrom {table, {}, CountedUuid};
}

//! The altered table, opened.
inline TableConfiguration Open(const TableConfiguration &table, const AlteredTable &altered) {
	return TableConfiguration("t", altered.protocol.value_or(table.GetProtocol()), altered.metadata);
}

//! Each names the table besides.
template <class CALL>
void ExpectTableError(ErrorKind kind, const std::string &part, CALL &&call) {
	ExpectError(kind, part, call);
	ExpectError(kind, "\"t\"", call);
}

} // namespace merganser
