//! Spark writes to naru's tables, too: what it commits is read, and the next runs start from it.

use crate::append::{DEFINITION, JOB};
use crate::support::Project;

#[test]
fn runs_go_on_from_what_spark_wrote() {
    let project = Project::with_job(JOB, &format!("@partition,\"bucket(2, id)\"\n{DEFINITION}"));
    project.drop(JOB, "2026-11-21", "a.csv", "ID,NAME,AMT\n1,kim,1.00\n2,lee,2.00\n3,,3.00\n");
    project.loaded(JOB, "2026-11-21");
    project.spark_sql(&[
        "insert into naru.dev_deposit.account values (4, 'park', 4.00, timestamp_ntz'2026-11-19 15:00:00')",
        "alter table naru.dev_deposit.account set tblproperties ('write.delete.mode' = 'merge-on-read')",
        "delete from naru.dev_deposit.account where id in (2, 4)",
        "select 1",
    ]);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n5,choi,5.00\n");
    assert_eq!(project.loaded(JOB, "2026-11-22")["status"], "loaded");
    assert_eq!(project.loaded(JOB, "2026-11-21")["status"], "unchanged");
    assert_eq!(
        project.csv("select id, name, amount from deposit.account order by id"),
        "id,name,amount\n1,kim,1.00\n3,,3.00\n5,choi,5.00\n"
    );
    project.check_with_spark(&[]);
    project.spark_sql(&["call naru.system.rewrite_data_files('dev_deposit.account')"]);
    project.drop(JOB, "2026-11-21", "b.csv", "ID,NAME,AMT\n6,jung,6.00\n");
    project.loaded(JOB, "2026-11-21");
    project.naru(&["maintain", "--keep-days", "0", "--keep-snapshots", "1"]).ok();
    assert_eq!(
        project.csv("select id from deposit.account order by id"),
        "id\n1\n2\n3\n5\n6\n",
        "the rerun replaces what the interval had loaded, what Spark deleted of it, too"
    );
    project.check_with_spark(&[]);
}
