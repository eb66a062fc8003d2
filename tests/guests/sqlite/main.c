// main FILE ROWS: fills a database and asks it questions whose answers it prints. Everything is
// computed from the row numbers, so two builds of it print the same.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sqlite3.h"

static sqlite3* database;

static void require(int code, const char* what) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
  fprintf(stderr, "%s: %s\n", what, database ? sqlite3_errmsg(database) : sqlite3_errstr(code));
  exit(1);
}

static void execute(const char* sql) {
  require(sqlite3_exec(database, sql, 0, 0, 0), sql);
}

static int print_row(void* first, int count, char** values, char** names) {
  (void)first, (void)names;
  for (int i = 0; i < count; i++) printf("%s%s", i ? "|" : "", values[i] ? values[i] : "NULL");
  putchar('\n');
  return 0;
}

static void ask(const char* sql) {
  printf("-- %s\n", sql);
  require(sqlite3_exec(database, sql, print_row, 0, 0), sql);
}

static uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return x ^ (x >> 31);
}

static void insert_rows(int rows) {
  sqlite3_stmt* insert;
  require(sqlite3_prepare_v2(database, "insert into sale values(?,?,?,?,?)", -1, &insert, 0),
          "prepare");
  execute("begin");
  for (int i = 1; i <= rows; i++) {
    uint64_t h = mix((uint64_t)i);
    char note[48];
    snprintf(note, sizeof note, "note %" PRIx64 " of row %d", h & 0xffffff, i);
    sqlite3_bind_int(insert, 1, i);
    sqlite3_bind_int(insert, 2, (int)(h % 997) + 1);
    sqlite3_bind_int(insert, 3, (int)((h >> 10) % 100000));
    sqlite3_bind_double(insert, 4, (double)((h >> 30) % 1000000) / 64.0);
    sqlite3_bind_text(insert, 5, note, -1, SQLITE_TRANSIENT);
    require(sqlite3_step(insert), "insert");
    require(sqlite3_reset(insert), "reset");
  }
  execute("commit");
  sqlite3_finalize(insert);
}

static void fill(int rows) {
  execute("create table customer(id integer primary key, name text not null, region text)");
  execute(
      "create table sale(id integer primary key, customer int, amount int, weight real, note "
      "text)");
  execute(
      "with recursive n(i) as (select 1 union all select i + 1 from n where i < 997) "
      "insert into customer select i, printf('customer %04d', i * 7919 % 997), "
      "case i % 4 when 0 then 'north' when 1 then 'east' when 2 then 'south' end from n");
  insert_rows(rows);
  execute("create index sale_customer on sale(customer, amount)");
  execute("create unique index customer_name on customer(name)");
}

static void question(void) {
  ask("select count(*), sum(amount), min(amount), max(amount) from sale");
  ask("select region, count(*), sum(amount), round(avg(weight), 6) from sale "
      "join customer on customer.id = sale.customer group by region order by region");
  ask("select name, sum(amount) as total from customer join sale on sale.customer = customer.id "
      "group by customer.id having total > 1000 order by total desc, name limit 10");
  ask("select id, amount, note from sale where customer = 500 order by amount desc, id limit 5");
  ask("select count(*) from sale where note like '%f_0 of%' and weight between 100 and 9000");
  ask("select length(group_concat(note, ';')), hex(substr(max(note), -8)) from sale");
  ask("select upper(name), substr(name, 3, 5), replace(name, 'customer', 'c') from customer "
      "where id in (select customer from sale where amount > 99990) order by 1 limit 5");
}

static void change(void) {
  execute("begin");
  execute("update sale set amount = amount * 2 where customer % 10 = 3");
  execute("delete from sale where id % 7 = 0");
  execute("commit");
  execute("begin");
  execute("delete from sale");
  ask("select count(*) from sale");
  execute("rollback");
  ask("select count(*), sum(amount) from sale");
  execute("vacuum");
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

int main(int argc, char** argv) {
  const char* file = argc > 1 ? argv[1] : ":memory:";
  int rows = argc > 2 ? atoi(argv[2]) : 100000;
  uint64_t start = now();
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  require(sqlite3_open_v2(file, &database, flags, "unix-none"), "open");
  execute("pragma temp_store = memory");
  fill(rows);
  question();
  change();
  question();
  ask("pragma integrity_check");
  require(sqlite3_close(database), "close");
  fprintf(stderr, "ns %" PRIu64 "\n", now() - start);
  return 0;
}
