#pragma once

#include "duckdb.hpp"
#include "duckdb/catalog/catalog_entry/schema_catalog_entry.hpp"
#include "engine/catalog/lake_catalog.hpp"
#include "log/snapshot.hpp"

#include <string>
#include <vector>

namespace merganser {

class LakeTransaction;

//! One folder of tables. Holds no table state: entries are made per transaction. Lives as long as the catalog.
class LakeSchema : public duckdb::SchemaCatalogEntry {
public:
	LakeSchema(LakeCatalog &catalog, duckdb::CreateSchemaInfo &info);

	LakeCatalog &Lake() const {
		return lake;
	}
	//! The location of a table by its name as typed: an existing folder with that name, else the one folder that equals
	//! it without regard to case, else where it would be created. Throws BinderException when several folders match.
	TableLocation Locate(const std::string &table_name);

	//! Where a table would be created. Throws when the name cannot be used: a view has it, or no folder can.
	TableLocation LocateNew(const std::string &table_name);

	//! What stands in the way of CREATE TABLE: throws when the name cannot be used or is taken; the live table for OR
	//! REPLACE, else nullptr.
	SnapshotPtr PrepareCreate(duckdb::ClientContext &context, duckdb::BoundCreateTableInfo &info);

	void Scan(duckdb::ClientContext &context, duckdb::CatalogType type,
	          const std::function<void(duckdb::CatalogEntry &)> &callback) override;
	void Scan(duckdb::CatalogType type, const std::function<void(duckdb::CatalogEntry &)> &callback) override;
	duckdb::optional_ptr<duckdb::CatalogEntry> LookupEntry(duckdb::CatalogTransaction transaction,
	                                                       const duckdb::EntryLookupInfo &lookup_info) override;

	//! For "did you mean": compares names, opens nothing.
	duckdb::SimilarCatalogEntry GetSimilarEntry(duckdb::CatalogTransaction transaction,
	                                            const duckdb::EntryLookupInfo &lookup_info) override;

	duckdb::optional_ptr<duckdb::CatalogEntry> CreateTable(duckdb::CatalogTransaction transaction,
	                                                       duckdb::BoundCreateTableInfo &info) override;
	duckdb::optional_ptr<duckdb::CatalogEntry> CreateView(duckdb::CatalogTransaction transaction,
	                                                      duckdb::CreateViewInfo &info) override;
	void DropEntry(duckdb::ClientContext &context, duckdb::DropInfo &info) override;
	void Alter(duckdb::CatalogTransaction transaction, duckdb::AlterInfo &info) override;

	duckdb::optional_ptr<duckdb::CatalogEntry> CreateIndex(duckdb::CatalogTransaction transaction,
	                                                       duckdb::CreateIndexInfo &info,
	                                                       duckdb::TableCatalogEntry &table) override;
	duckdb::optional_ptr<duckdb::CatalogEntry> CreateFunction(duckdb::CatalogTransaction transaction,
	                                                          duckdb::CreateFunctionInfo &info) override;
	duckdb::optional_ptr<duckdb::CatalogEntry> CreateSequence(duckdb::CatalogTransaction transaction,
	                                                          duckdb::CreateSequenceInfo &info) override;
	duckdb::optional_ptr<duckdb::CatalogEntry> CreateTableFunction(duckdb::CatalogTransaction transaction,
	                                                               duckdb::CreateTableFunctionInfo &info) override;
	duckdb::optional_ptr<duckdb::CatalogEntry> CreateCopyFunction(duckdb::CatalogTransaction transaction,
	                                                              duckdb::CreateCopyFunctionInfo &info) override;
	duckdb::optional_ptr<duckdb::CatalogEntry> CreatePragmaFunction(duckdb::CatalogTransaction transaction,
	                                                                duckdb::CreatePragmaFunctionInfo &info) override;
	duckdb::optional_ptr<duckdb::CatalogEntry> CreateCollation(duckdb::CatalogTransaction transaction,
	                                                           duckdb::CreateCollationInfo &info) override;
	duckdb::optional_ptr<duckdb::CatalogEntry> CreateType(duckdb::CatalogTransaction transaction,
	                                                      duckdb::CreateTypeInfo &info) override;

private:
	duckdb::optional_ptr<duckdb::CatalogEntry> LookupTable(duckdb::ClientContext &context,
	                                                       const duckdb::EntryLookupInfo &lookup_info);
	SnapshotPtr ViewAt(duckdb::ClientContext &context, LakeTransaction &transaction, const TableLocation &location,
	                   const duckdb::EntryLookupInfo &lookup_info);

	std::vector<std::string> FoldersToList(duckdb::ClientContext &context);
	duckdb::optional_ptr<duckdb::CatalogEntry> ListTable(duckdb::ClientContext &context, const std::string &folder,
	                                                     bool names_only);
	void RememberFolder(const std::string &table_name, const TableLocation &location, bool found);

	LakeCatalog &lake;
	std::mutex known_lock;
	//! Name as typed to folder.
	std::map<std::string, std::string> known_folders;
};

} // namespace merganser
