#pragma once

#include "row_world.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace merganser {

//! Keys of the accounts between which money moves; other rows have keys from FREE_KEYS_FIRST to FREE_KEYS_LAST.
constexpr int64_t ACCOUNTS = 8;
constexpr int64_t FREE_KEYS_FIRST = 100;
constexpr int64_t FREE_KEYS_LAST = 399;

//! Accounts with 100 each, and some other rows.
Rows FirstRows();

//! One statement of any kind, or up to three as one transaction.
std::vector<Statement> AnyTransaction(Random &random);
//! Moves money between two accounts.
std::vector<Statement> AnyTransfer(Random &random);

//! Everybody together: clients with every kind of statement, compaction, ALTER, checkpoints. Which of them, how the
//! table is made and how broken the store is comes from the seed; some seeds have an outage in the middle.
std::unique_ptr<RowWorld> MakeMix(uint64_t seed);

//! Fewer of them, for runs that are repeated for every call to the store.
std::unique_ptr<RowWorld> MakeSmallMix(uint64_t seed);

} // namespace merganser
