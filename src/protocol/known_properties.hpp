#pragma once

#include "protocol/actions.hpp"
#include "protocol/schema.hpp"

#include <string_view>

namespace merganser {

//! What the value of a property can be.
enum class PropertyKind {
	BOOLEAN,
	//! From 1.
	COUNT,
	//! From 0.
	NUMBER,
	//! From -1, which stands for all.
	COLUMN_COUNT,
	//! Columns by name, see ParseColumnList.
	COLUMN_LIST,
	//! `interval 1 week`; no months and years.
	DURATION,
	BYTE_SIZE,
	CODEC,
	ISOLATION_LEVEL,
	COLUMN_MAPPING_MODE,
	CHECKPOINT_POLICY,
	//! Not checked here.
	TEXT
};

struct KnownProperty {
	//! As Delta spells it.
	std::string_view name;
	PropertyKind kind;
};

//! A `delta.` property of the specification or of Spark's Delta, regardless of case; nullptr when there is none.
const KnownProperty *FindKnownProperty(std::string_view name);

//! For a table that is created: throws INVALID_INPUT naming the property, its value and what is allowed, for a value
//! that a writer (we or Spark) would stumble over later, and for statistics of columns that have none. Tables of others
//! are not checked: they are read with the default instead.
void CheckPropertyValues(const Metadata &metadata, const Schema &schema);

} // namespace merganser
