#include "engine/scan/lake_scan_info.hpp"

namespace merganser {

static bool HasVariant(const DataType &type) {
	if (type.kind == TypeKind::VARIANT || (type.element && HasVariant(*type.element)) ||
	    (type.key && HasVariant(*type.key))) {
		return true;
	}
	for (auto &field : type.fields) {
		if (HasVariant(*field.type)) {
			return true;
		}
	}
	return false;
}

static bool HasVariant(const Schema &schema) {
	for (auto &field : schema.fields) {
		if (HasVariant(*field.type)) {
			return true;
		}
	}
	return false;
}

LakeScanInfo::LakeScanInfo(duckdb::ClientContext &context, ScanTarget target_p)
    : target(std::move(target_p)), db(*context.db), columns(*target.snapshot->configuration), bounds(target.snapshot),
      deletion_vectors(target.deletion_vectors ? target.deletion_vectors : std::make_shared<DeletionVectorCache>()),
      has_variant(HasVariant(target.snapshot->configuration->GetSchema())) {
}

const StructField *LakeScanInfo::Field(duckdb::column_t column_id) const {
	auto &fields = Configuration().GetSchema().fields;
	return column_id < fields.size() ? &fields[column_id] : nullptr;
}

std::string LakeScanInfo::Where() const {
	return "table '" + target.display_name + "' version " + std::to_string(GetSnapshot().version);
}

size_t LakeScanInfo::AddScan(PredicatePtr predicate) {
	std::lock_guard<std::mutex> guard(lock);
	scans.push_back(std::move(predicate));
	PublishLocked();
	return scans.size() - 1;
}

void LakeScanInfo::SetScanPredicate(size_t scan, PredicatePtr predicate) {
	std::lock_guard<std::mutex> guard(lock);
	scans[scan] = std::move(predicate);
	PublishLocked();
}

PredicatePtr LakeScanInfo::ScanPredicate(size_t scan) {
	std::lock_guard<std::mutex> guard(lock);
	return scans[scan];
}

void LakeScanInfo::PublishLocked() {
	if (!target.record) {
		return;
	}
	for (auto &predicate : scans) {
		if (!predicate) {
			target.record->SetPredicate(nullptr);
			return;
		}
	}
	target.record->SetPredicate(scans.size() == 1 ? scans[0] : Predicate::Or(scans));
}

uint64_t LakeScanInfo::Save(SavedScan saved) {
	std::lock_guard<std::mutex> guard(lock);
	saved_scans.push_back(std::move(saved));
	return saved_scans.size() - 1;
}

std::optional<SavedScan> LakeScanInfo::FindSaved(uint64_t saved_number) {
	std::lock_guard<std::mutex> guard(lock);
	return saved_number < saved_scans.size() ? std::optional(saved_scans[saved_number]) : std::nullopt;
}

} // namespace merganser
