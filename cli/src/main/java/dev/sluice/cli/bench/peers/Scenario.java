package dev.sluice.cli.bench.peers;

import dev.sluice.stack.StackServer;
import java.util.Locale;

/** What is done to both. Each begins with an empty lake, and ends with a row by which the end of the changes is known. */
enum Scenario {
    LOAD("rows change while the table is loaded for the first time") {
        @Override
        String[] create() {
            return accounts(150_000);
        }

        @Override
        void act(Stage stage) throws Exception {
            stage.trafficWhile(stage.peer()::start);
        }
    },
    TRANSACTIONS("money is moved between rows; nothing breaks") {
        @Override
        void act(Stage stage) throws Exception {
            stage.startAndLoad();
            stage.traffic(SECONDS);
        }
    },
    LARGE_TRANSACTIONS("money is moved between all rows in each of 20 transactions; nothing breaks") {
        @Override
        void act(Stage stage) throws Exception {
            stage.startAndLoad();
            stage.transactions(
                    20,
                    "update accounts set balance = balance + case when id % 2 = 0 then 1 else -1 end where id <= 10000");
        }
    },
    TASKMANAGER("kill -9 of the TaskManager while rows change") {
        @Override
        void act(Stage stage) throws Exception {
            stage.startAndLoad();
            stage.trafficWhile(() -> stage.peer().killAndBringBack(StackServer.TASKMANAGER));
        }
    },
    JOBMANAGER("kill -9 of the JobManager while rows change; the job is submitted again, with its newest checkpoint") {
        @Override
        void act(Stage stage) throws Exception {
            stage.startAndLoad();
            stage.trafficWhile(() -> stage.peer().killAndBringBack(StackServer.JOBMANAGER));
        }
    },
    SOURCE("kill -9 of PostgreSQL while rows change") {
        @Override
        void act(Stage stage) throws Exception {
            stage.startAndLoad();
            stage.trafficWhile(() -> stage.peer().killAndBringBack(StackServer.POSTGRES));
        }
    },
    STATE_LOST("the job is stopped, its checkpoints are lost, rows are deleted, the job is started anew") {
        @Override
        void act(Stage stage) throws Exception {
            stage.startAndLoad();
            stage.peer().stop();
            stage.sql("delete from accounts where id % 10 = 3");
            stage.peer().startAnew();
        }
    },
    TOAST("rows with a text of 8 kB are updated in another column") {
        @Override
        String[] create() {
            return new String[] {
                "create table accounts (id bigint primary key, balance numeric(12,2) not null, grade int, note text)",
                "alter table accounts alter note set storage external",
                "insert into accounts select g, 100, g % 7, repeat(md5(g::text), 256) from generate_series(1, 500) g"
            };
        }

        @Override
        void act(Stage stage) throws Exception {
            stage.startAndLoad();
            stage.sql("update accounts set grade = grade + 1 where id % 2 = 0");
        }
    },
    TRUNCATE("the table is truncated and filled again") {
        @Override
        void act(Stage stage) throws Exception {
            stage.startAndLoad();
            stage.sql("truncate accounts");
            stage.sql("insert into accounts select g, 1, 1, 'new' from generate_series(20001, 20100) g");
        }
    },
    KEY_CHANGED("keys are changed") {
        @Override
        void act(Stage stage) throws Exception {
            stage.startAndLoad();
            stage.sql("update accounts set id = id + 50000 where id % 5 = 0");
        }
    },
    COLUMN_RENAMED("a column is renamed, and some rows are updated") {
        @Override
        void act(Stage stage) throws Exception {
            stage.startAndLoad();
            stage.sql("alter table accounts rename column note to remark");
            stage.sql("update accounts set remark = 'renamed' where id <= 1000");
        }
    },
    COLUMN_ADDED("a column with a default is added, and some rows are updated") {
        @Override
        void act(Stage stage) throws Exception {
            stage.startAndLoad();
            stage.sql("alter table accounts add column rating int not null default 5");
            stage.sql("update accounts set rating = 6 where id <= 1000");
        }
    },
    TABLE_SWAPPED("another table is renamed into the place of the table, as tools for online changes do") {
        @Override
        void act(Stage stage) throws Exception {
            stage.startAndLoad();
            stage.sql(
                    "create table accounts_new (like accounts including all)",
                    stage.identityOf("accounts_new"),
                    "insert into accounts_new select id, balance, grade + 1, note from accounts where id % 2 = 0",
                    "begin; alter table accounts rename to accounts_old; alter table accounts_new rename to accounts; commit");
        }
    },
    REWRITTEN("alter column type using: every value changes, and no row event tells of it") {
        @Override
        void act(Stage stage) throws Exception {
            stage.startAndLoad();
            stage.sql("alter table accounts alter column grade type int using grade * 10");
        }
    };

    static final String TABLE = "accounts";
    private static final int SECONDS = 12;

    private final String description;

    Scenario(String description) {
        this.description = description;
    }

    /** Statements that make {@link #TABLE}: the sum of its balances is what transactions keep. */
    String[] create() {
        return accounts(Traffic.ACCOUNTS);
    }

    private static String[] accounts(int rows) {
        return new String[] {
            "create table accounts (id bigint primary key, balance numeric(12,2) not null, grade int, note text)",
            "insert into accounts select g, 100, g % 7, 'account ' || g from generate_series(1, " + rows + ") g"
        };
    }

    abstract void act(Stage stage) throws Exception;

    String description() {
        return description;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
