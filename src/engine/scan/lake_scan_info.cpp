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
    : target(std::move(target_p)), db(*context.db), columns(*target.snapshot->configuration),
      bounds(target.snapshot), seen {target.deletion_vectors ? target.deletion_vectors
                                                             : std::make_shared<DeletionVectorCache>(),
                                     std::make_shared<FileLayouts>()},
      has_variant(HasVariant(target.snapshot->configuration->GetSchema())) {
}

const StructField *LakeScanInfo::Field(duckdb::column_t column_id) const {
	auto &fields = Configuration().GetSchema().fields;
	return column_id < fields.size() ? &fields[column_id] : nullptr;
}

bool LakeScanInfo::IsChangeType(duckdb::column_t column_id) const {
	const auto *field = target.changes ? Field(column_id) : nullptr;
	return field && field->name == CHANGE_TYPE_NAME;
}

std::string LakeScanInfo::Where() const {
	return "table '" + target.display_name + "' version " + std::to_string(GetSnapshot().version);
}

std::string LakeScanInfo::Where(FileRef file) const {
	const auto *changes = ChangesIn(file);
	return changes ? "table '" + target.display_name + "' version " + std::to_string(changes->committed.version)
	               : Where();
}

size_t LakeScanInfo::AddScan(PredicatePtr predicate) {
	std::lock_guard<std::mutex> guard(lock);
	scans.push_back({std::move(predicate), nullptr, 0});
	PublishLocked();
	return scans.size() - 1;
}

void LakeScanInfo::SetScanPredicate(size_t scan, PredicatePtr predicate) {
	std::lock_guard<std::mutex> guard(lock);
	scans[scan].planned = std::move(predicate);
	PublishLocked();
}

PredicatePtr LakeScanInfo::ScanPredicate(size_t scan) {
	std::lock_guard<std::mutex> guard(lock);
	return scans[scan].planned;
}

void LakeScanInfo::StartExecution(size_t scan) {
	std::lock_guard<std::mutex> guard(lock);
	if (++scans[scan].execution_count > 1) {
		scans[scan].narrowed = nullptr;
		PublishLocked();
	}
}

void LakeScanInfo::NarrowExecution(size_t scan, PredicatePtr predicate) {
	std::lock_guard<std::mutex> guard(lock);
	if (scans[scan].execution_count == 1) {
		scans[scan].narrowed = std::move(predicate);
		PublishLocked();
	}
}

void LakeScanInfo::PublishLocked() {
	if (!target.record) {
		return;
	}
	std::vector<PredicatePtr> read;
	for (const auto &scan : scans) {
		std::vector<PredicatePtr> conditions;
		for (const auto &predicate : {scan.planned, scan.narrowed}) {
			if (predicate) {
				conditions.push_back(predicate);
			}
		}
		if (conditions.empty()) {
			target.record->SetPredicate(nullptr);
			return;
		}
		read.push_back(Predicate::And(std::move(conditions)));
	}
	target.record->SetPredicate(read.size() == 1 ? read[0] : Predicate::Or(std::move(read)));
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
