// transactions FILE COUNT: moves money between accounts, one transaction after the other, with a
// rollback journal and a lock file beside the database. `transactions FILE check` recovers what a
// dead process has left, and says whether the database is whole and no money was lost;
// `transactions FILE count` says how many were committed.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqlite3.h"

enum { accounts = 200, opening_balance = 1000, transfers = 20, patience_ms = 60000 };

static sqlite3* database;

static void require(int code, const char* what) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
  fprintf(stderr, "%s: %s\n", what, database ? sqlite3_errmsg(database) : sqlite3_errstr(code));
  exit(1);
}

static void execute(const char* sql) {
  require(sqlite3_exec(database, sql, 0, 0, 0), sql);
}

static int64_t number(const char* sql) {
  sqlite3_stmt* statement;
  require(sqlite3_prepare_v2(database, sql, -1, &statement, 0), sql);
  require(sqlite3_step(statement), sql);
  int64_t value = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return value;
}

static void create(void) {
  execute("begin immediate");
  execute("create table if not exists account(id integer primary key, balance int, note text)");
  execute("create table if not exists log(id integer primary key, count int)");
  if (number("select count(*) from account") == 0) {
    char sql[300];
    snprintf(sql, sizeof sql,
             "with recursive n(i) as (select 1 union all select i + 1 from n where i < %d) "
             "insert into account select i, %d, hex(zeroblob(200)) from n",
             accounts, opening_balance);
    execute(sql);
    execute("create index account_balance on account(balance)");
  }
  execute("commit");
}

static void transact(uint64_t seed) {
  execute("begin immediate");
  for (int i = 0; i < transfers; i++) {
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    int from = (int)(seed >> 33) % accounts + 1, to = (int)(seed >> 45) % accounts + 1;
    char sql[200];
    snprintf(sql, sizeof sql, "update account set balance = balance - 1 where id = %d", from);
    execute(sql);
    snprintf(sql, sizeof sql,
             "update account set balance = balance + 1, note = hex(randomblob(200)) where id = %d",
             to);
    execute(sql);
  }
  execute("insert into log(count) values(1)");
  execute("commit");
}

static int check(void) {
  sqlite3_stmt* statement;
  require(sqlite3_prepare_v2(database, "pragma integrity_check", -1, &statement, 0), "check");
  require(sqlite3_step(statement), "check");
  const char* verdict = (const char*)sqlite3_column_text(statement, 0);
  int whole = strcmp(verdict, "ok") == 0;
  if (!whole) printf("integrity_check: %s\n", verdict);
  sqlite3_finalize(statement);
  int64_t money = number("select sum(balance) from account");
  if (money != (int64_t)accounts * opening_balance) {
    printf("the accounts hold %" PRId64 "\n", money);
    whole = 0;
  }
  if (whole) puts("ok");
  return !whole;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  // To the VFS "unix-dotfile" its own lock looks like another's, which is why it never rolls back a
  // journal: whoever recovers has to be alone, and needs no lock.
  int recovers = strcmp(argv[2], "check") == 0;
  const char* vfs = recovers ? "unix-none" : "unix-dotfile";
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  require(sqlite3_open_v2(argv[1], &database, flags, vfs), "open");
  require(sqlite3_busy_timeout(database, patience_ms), "patience");
  execute("pragma temp_store = memory");
  execute("pragma cache_size = 10");
  create();
  if (recovers) return check();
  if (strcmp(argv[2], "count") == 0) {
    printf("%" PRId64 "\n", number("select count(*) from log"));
    return 0;
  }
  puts("ready");
  fflush(stdout);
  int count = atoi(argv[2]);
  for (int i = 0; i < count; i++) transact((uint64_t)i);
  require(sqlite3_close(database), "close");
  return 0;
}
