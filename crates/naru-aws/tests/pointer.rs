//! The Glue Data Catalog as the catalog.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_glue::types::{Table, TableInput};
use naru_aws::{AwsSession, GluePointer};
use naru_core::ColumnType;
use naru_core::table_spec::TableSpec;
use naru_lake::testing::{column, pointer_contract_at, simple_spec};
use naru_lake::{CatalogPointer, Lake, ListedTable, PointerErrorKind};

use crate::faulty::{Fate, Faulty};
use crate::moto::{ACCOUNT, Bucket, REGION, file_io, glue, session, session_of};

/// A database of a test's own.
pub(crate) fn database() -> String {
    format!("dev_{}", uuid::Uuid::new_v4().simple())
}

pub(crate) fn lake(session: &AwsSession) -> Lake {
    Lake::new(Arc::new(GluePointer::new(session.clone(), file_io())), file_io())
}

/// A table of a spec, in a database of its own.
async fn created(spec: &TableSpec) -> (Bucket, String) {
    let (bucket, database) = (Bucket::new().await, database());
    let lake = lake(&session());
    lake.pointer().create_database(&database).await.unwrap();
    lake.create_table(&database, "account", &bucket.at("deposit/account"), spec).await.unwrap();
    (bucket, database)
}

async fn table(database: &str) -> Table {
    glue(REGION).get_table().database_name(database).name("account").send().await.unwrap().table.unwrap()
}

/// The columns: name, type, comment, whether current.
fn columns(table: &Table) -> Vec<String> {
    let columns = table.storage_descriptor().unwrap().columns().iter();
    let told = columns.map(|column| {
        let parameters = column.parameters().unwrap();
        let (id, optional) = (&parameters["iceberg.field.id"], &parameters["iceberg.field.optional"]);
        let (kind, comment) = (column.r#type().unwrap(), column.comment().unwrap_or_default());
        format!("{} {kind} '{comment}' {id} {optional} {}", column.name(), parameters["iceberg.field.current"])
    });
    told.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn glue_holds_the_contract() {
    let bucket = Bucket::new().await;
    // The contract's names are not those of files of a table: each is one file of a table that has no rows.
    let lake = lake(&session());
    let planned = lake.draft_table("dev_a", "t", &bucket.at("t"), &simple_spec()).unwrap();
    let names = ["m0", "m1", "m2", "b0", "s0", "other", "start", "둥근 'quote'/x%20y"].map(String::from);
    let at = |name: &str| bucket.at(&format!("contract/{name}.metadata.json"));
    let metadata = serde_json::to_vec(planned.metadata().as_ref()).unwrap();
    for name in names.into_iter().chain((0..8).map(|n| format!("racer-{n}"))) {
        file_io().new_output(at(&name)).unwrap().write(metadata.clone().into()).await.unwrap();
    }
    // A region of its own has an empty catalog.
    let open = || Arc::new(GluePointer::new(session_of(ACCOUNT, "eu-west-1"), file_io())) as Arc<dyn CatalogPointer>;
    pointer_contract_at(open, &at).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_in_glue_as_athena_expects_them() {
    let mut spec = simple_spec();
    spec.columns[1].description = "고객명".into();
    spec.columns.insert(2, column("balance", ColumnType::Decimal { precision: 18, scale: 2 }, false));
    spec.columns.insert(3, column("seen_at", ColumnType::Timestamptz, false));
    let (bucket, database) = created(&spec).await;
    let found = table(&database).await;
    assert_eq!(
        columns(&found),
        [
            "id bigint '' 1 false true",
            "name string '고객명' 2 true true",
            "balance decimal(18,2) '' 3 true true",
            "seen_at timestamp '' 4 true true",
            "load_interval timestamp '' 5 false true",
        ]
    );
    assert_eq!(found.table_type(), Some("EXTERNAL_TABLE"));
    assert_eq!(found.storage_descriptor().unwrap().location(), Some(bucket.at("deposit/account").as_str()));
    let first = lake(&session()).expect_table(&database, "account").await.unwrap();
    let expected: HashMap<_, _> = [("table_type", "ICEBERG"), ("metadata_location", first.metadata_location())]
        .map(|(key, value)| (key.to_string(), value.to_string()))
        .into();
    assert_eq!(found.parameters(), Some(&expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_changes_what_is_ours_and_keeps_the_rest() {
    let (_bucket, database) = created(&simple_spec()).await;
    let lake = lake(&session());
    let before = table(&database).await;
    let input = TableInput::builder()
        .name("account")
        .owner("bank")
        .description("accounts")
        .table_type("EXTERNAL_TABLE")
        .set_parameters(before.parameters().cloned())
        .parameters("classification", "p2")
        .storage_descriptor(before.storage_descriptor().unwrap().clone())
        .build()
        .unwrap();
    glue(REGION).update_table().database_name(&database).table_input(input).send().await.unwrap();

    let first = lake.expect_table(&database, "account").await.unwrap();
    // Another schema: `name` goes, `note` comes, `id` is second.
    let mut spec = simple_spec();
    spec.columns = vec![column("note", ColumnType::String, false), spec.columns[0].clone(), spec.columns[2].clone()];
    let evolved = lake.draft_table(&database, "account", first.metadata().location(), &spec).unwrap();
    let builder = first.metadata().as_ref().clone().into_builder(Some(first.metadata_location().into()));
    let schema = evolved.metadata().current_schema().as_ref().clone();
    let metadata = builder.add_current_schema(schema).unwrap().build().unwrap().metadata;
    let new = format!("{}/metadata/00001-x.metadata.json", metadata.location());
    let bytes = serde_json::to_vec(&metadata).unwrap();
    file_io().new_output(&new).unwrap().write(bytes.into()).await.unwrap();
    lake.pointer().swap(&database, "account", first.metadata_location(), &new).await.unwrap();

    let after = table(&database).await;
    assert_eq!((after.owner(), after.description()), (Some("bank"), Some("accounts")));
    let parameters = after.parameters().unwrap();
    assert_eq!(parameters["classification"], "p2");
    assert_eq!(parameters["metadata_location"], new);
    assert_eq!(parameters["previous_metadata_location"], first.metadata_location());
    let names: Vec<_> = columns(&after).iter().map(|told| told.split(' ').next().unwrap().to_string()).collect();
    assert_eq!(names, ["note", "id", "load_interval", "name"]);
    assert!(columns(&after)[3].ends_with(" false"), "of an earlier schema: {:?}", columns(&after));
    let versions = glue(REGION).get_table_versions().database_name(&database).table_name("account");
    let versions = versions.send().await.unwrap();
    assert_eq!(versions.table_versions().len(), 2, "the tests' own update was archived, the swap was not");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named() {
    let (_bucket, database) = created(&simple_spec()).await;
    let lake = lake(&session());
    let location = lake.expect_table(&database, "account").await.unwrap().metadata_location().to_string();
    let swap = |database: String, table: &'static str| {
        let (lake, location) = (lake.clone(), location.clone());
        async move { lake.pointer().swap(&database, table, &location, &location).await.unwrap_err() }
    };
    let no_table = swap(database.clone(), "none").await;
    assert_eq!(no_table.kind(), PointerErrorKind::NotFound);
    assert_eq!(no_table.to_string(), format!("there is no table {database}.none in the Glue Data Catalog"));
    let no_database = swap("none".into(), "account").await;
    assert_eq!(no_database.kind(), PointerErrorKind::NotFound);
    assert_eq!(no_database.to_string(), "there is no database none in the Glue Data Catalog");
    let gone = lake.pointer().create(&database, "t", "s3://demo-dev-lake-none/m.json").await.unwrap_err();
    assert!(gone.to_string().ends_with("which the catalog would name: nothing was changed"), "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_tables_of_glue_are_passed_over() {
    let (_bucket, database) = created(&simple_spec()).await;
    let hive = TableInput::builder().name("hive").table_type("EXTERNAL_TABLE").build().unwrap();
    glue(REGION).create_table().database_name(&database).table_input(hive).send().await.unwrap();
    let pointer = GluePointer::new(session(), file_io());
    let location = pointer.load(&database, "account").await.unwrap().unwrap();
    assert_eq!(pointer.list_tables(&database).await.unwrap(), [ListedTable::new(&database, "account", &location)]);
    assert_eq!(pointer.load(&database, "hive").await.unwrap(), None);
}

/// A swap of which `UpdateTable` is answered so: the error's kind, how often it was sent, whether the table was changed.
async fn swap_answered(answer: Fate) -> (Option<PointerErrorKind>, usize, bool) {
    let (_bucket, database) = created(&simple_spec()).await;
    let first = lake(&session()).expect_table(&database, "account").await.unwrap();
    let new = format!("{}/metadata/00001-x.metadata.json", first.metadata().location());
    let bytes = serde_json::to_vec(first.metadata().as_ref()).unwrap();
    file_io().new_output(&new).unwrap().write(bytes.into()).await.unwrap();
    let faulty = Faulty::start("AWSGlue.UpdateTable", answer);
    let pointer = GluePointer::new(faulty.session(), file_io());
    let swapped = pointer.swap(&database, "account", first.metadata_location(), &new).await;
    let now = lake(&session()).pointer().load(&database, "account").await.unwrap();
    (swapped.err().map(|error| error.kind()), faulty.seen(), now.as_deref() == Some(new.as_str()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_is_sent_once_and_a_missing_answer_leaves_its_outcome_unknown() {
    let unknown = Some(PointerErrorKind::UnknownOutcome);
    assert_eq!(swap_answered(Fate::Late).await, (None, 1, true));
    assert_eq!(swap_answered(Fate::LostAfterwards).await, (unknown, 1, true));
    assert_eq!(swap_answered(Fate::CutOff).await, (unknown, 1, true));
    assert_eq!(swap_answered(Fate::LostBefore).await, (unknown, 1, false));
    assert_eq!(swap_answered(Fate::Refused(500, "InternalServiceException")).await, (unknown, 1, false));
    assert_eq!(swap_answered(Fate::Refused(400, "OperationTimeoutException")).await, (unknown, 1, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_a_swap_are_told_apart() {
    let refused = async |status, code| {
        let (kind, seen, is_changed) = swap_answered(Fate::Refused(status, code)).await;
        assert_eq!((seen, is_changed), (1, false), "{code}");
        kind.unwrap()
    };
    assert_eq!(refused(400, "ThrottlingException").await, PointerErrorKind::Unavailable);
    assert_eq!(refused(400, "AccessDeniedException").await, PointerErrorKind::Denied);
    assert_eq!(refused(400, "ExpiredTokenException").await, PointerErrorKind::Denied);
    assert_eq!(refused(400, "ConcurrentModificationException").await, PointerErrorKind::Conflict);
    assert_eq!(refused(400, "EntityNotFoundException").await, PointerErrorKind::NotFound);
    assert_eq!(refused(400, "ResourceNumberLimitExceededException").await, PointerErrorKind::Other);
}
