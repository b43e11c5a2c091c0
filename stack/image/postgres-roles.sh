#!/bin/sh
# Run once by the image of PostgreSQL, when it has made an empty cluster, as its administrator: one role for each service, as
# the local stack has them (dev.sluice.stack.server.PostgresRoles). Passwords come by the environment, and reach psql by it.
set -eu
psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv catalog SLUICE_CATALOG_JDBC_PASSWORD
\getenv app SLUICE_APP_PASSWORD
\getenv source SLUICE_SOURCE_PASSWORD
CREATE ROLE sluice_catalog LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'catalog';
CREATE ROLE sluice_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'app';
CREATE ROLE sluice_cdc LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS REPLICATION PASSWORD :'source';
-- PostgreSQL lets nobody publish a table but a member of its owner.
GRANT sluice_app TO sluice_cdc WITH INHERIT TRUE, SET FALSE;
GRANT SET ON PARAMETER session_replication_role TO sluice_app;
CREATE DATABASE catalog OWNER sluice_catalog;
ALTER DATABASE ecommerce OWNER TO sluice_app;
REVOKE ALL ON DATABASE catalog, ecommerce, postgres, template1 FROM PUBLIC;
SQL
