-- users.findByLogin
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "passwords"."hash", "passwords"."changed_at" as "password_at" from "users" left join "passwords" on "passwords"."user_id" = "users"."id" where username_key = ?
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "passwords"."hash", "passwords"."changed_at" as "password_at" from "users" left join "passwords" on "passwords"."user_id" = "users"."id" where (email_verified = 1 and email_key = ?) or username_key = ?

-- users.findForSignIn
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "passwords"."hash", "passwords"."changed_at" as "password_at", "stand_in"."decoy" from (select coalesce((select "hash" from "passwords" where "user_id" >= ? order by "user_id" limit 1), (select "hash" from "passwords" where "user_id" >= '' order by "user_id" limit 1)) as "decoy") as "stand_in" left join "users" on username_key = ? left join "passwords" on "passwords"."user_id" = "users"."id"
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "passwords"."hash", "passwords"."changed_at" as "password_at", "stand_in"."decoy" from (select coalesce((select "hash" from "passwords" where "user_id" >= ? order by "user_id" limit 1), (select "hash" from "passwords" where "user_id" >= '' order by "user_id" limit 1)) as "decoy") as "stand_in" left join "users" on (email_verified = 1 and email_key = ?) or username_key = ? left join "passwords" on "passwords"."user_id" = "users"."id"

-- users.passwordOf
select "hash", "changed_at" from "passwords" where "user_id" = ?

-- users.findById
select * from "users" where "id" = ?

-- users.findByUsername
select * from "users" where "username_key" = ?

-- users.findCaller
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "sessions"."id" as "live_session", "sessions"."status_list" as "live_list", "sessions"."status_index" as "live_index", "sessions"."claims_changed" as "live_mark" from "users" left join "sessions" on "sessions"."id" = ? and "sessions"."user_id" = "users"."id" and "sessions"."ended_at" is null where "users"."id" = ?
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "sessions"."id" as "live_session", "sessions"."status_list" as "live_list", "sessions"."status_index" as "live_index", "sessions"."claims_changed" as "live_mark" from "users" left join "sessions" on "sessions"."id" = ? and "sessions"."user_id" = "users"."id" and "sessions"."ended_at" is null where "users"."username_key" = ?

-- users.create
insert into "names" ("name") values (?) on conflict do nothing
insert into "users" ("id", "username", "username_key", "email", "email_key", "email_verified", "disabled", "scopes", "metadata", "admin_metadata", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
insert into "user_parts" ("part", "user_id") values (?, ?) on conflict do nothing
insert into "passwords" ("user_id", "hash", "changed_at") values (?, ?, ?) on conflict ("user_id") do update set "hash" = ?, "changed_at" = ?
insert into "audit" ("id", "at", "event", "user_id", "session_id", "client_id", "actor", "address", "request_id", "detail") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
update "links" set "used_at" = ? where "digest" = ? and "purpose" = ? and "used_at" is null and "expires_at" > ?
insert into "links" ("digest", "id", "purpose", "user_id", "email", "detail", "created_at", "expires_at", "used_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict ("id") do update set "used_at" = ? where "links"."used_at" is null
insert into "links" ("digest", "id", "purpose", "user_id", "email", "email_key", "detail", "created_at", "expires_at", "used_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
insert into "mails" ("id", "kind", "user_id", "address", "wrapped_values", "state", "attempts", "created_at", "due_at", "sent_at", "fault") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- users.list
select * from "users" order by "created_at", "id" limit ?
select * from "users" where ("created_at", "id") > (?, ?) order by "created_at", "id" limit ?
select * from "users" where disabled = 1 order by "created_at", "id" limit ?
select * from "users" where ("created_at", "id") > (?, ?) and disabled = 1 order by "created_at", "id" limit ?

-- users.replacePassword
update "users" set "updated_at" = case when updated_at < cast(? as bigint) then cast(? as bigint) else updated_at + 1 end where "id" = ?
update "sessions" set "password_at" = ? where "id" = ? and "user_id" = ?
insert into "changes" ("id", "at", "kind", "subject") select 'session_ended:' || id as "id", ? as "at", 'session_ended' as "kind", "id" as "subject" from "sessions" where user_id = ? and ended_at is null and id <> ? order by "sessions"."id" on conflict do nothing
update "sessions" set "ended_at" = ?, "ended_why" = ? where user_id = ? and ended_at is null and id <> ? and exists (select 1 from changes where changes.id = 'session_ended:' || sessions.id) returning "id"
insert into "statuses" ("list", "idx", "value") select "status_list" as "list", "status_index" as "idx", 1 as "value" from "sessions" where user_id = ? and ended_at is not null and exists (select 1 from changes where changes.id = 'session_ended:' || sessions.id) and "status_list" is not null order by "status_list", "status_index" on conflict ("list", "idx") do update set "value" = ?
delete from "links" where "user_id" = ? and "purpose" = ? and "used_at" is null
update "users" set "updated_at" = case when updated_at < cast(? as bigint) then cast(? as bigint) else updated_at + 1 end where "id" = ? and "disabled" = ? and "email_key" = ?
update "users" set "updated_at" = case when updated_at < cast(? as bigint) then cast(? as bigint) else updated_at + 1 end, "email_verified" = ? where "id" = ? and "disabled" = ? and "email_key" = ? and not exists (select 1 from users as others where others.email_key = ? and others.email_verified = 1 and others.id <> ?)

-- users.upgradePassword
update "passwords" set "hash" = ? where "user_id" = ? and "hash" = ?

-- userEdits.groupsOf
select distinct "client_id", "scope" from "sessions" where "user_id" = ? and "ended_at" is null

-- userEdits.edit
update "users" set "updated_at" = case when updated_at < cast(? as bigint) then cast(? as bigint) else updated_at + 1 end, "disabled" = ? where "id" = ? and "updated_at" = ?
update "users" set "updated_at" = case when updated_at < cast(? as bigint) then cast(? as bigint) else updated_at + 1 end, "scopes" = ? where "id" = ? and "updated_at" = ?
update "sessions" set "claims_changed" = claims_changed + 1 where (user_id = ?) and ended_at is null
insert into "statuses" ("list", "idx", "value") select "status_list" as "list", "status_index" as "idx", 3 as "value" from "sessions" where (user_id = ?) and ended_at is null and claims_changed > 0 and "status_list" is not null order by "status_list", "status_index" on conflict do nothing
insert into "changes" ("id", "at", "kind", "subject", "status_list", "status_index") select 'claims_changed:' || status_list || ':' || status_index as "id", ? as "at", 'claims_changed' as "kind", "id" as "subject", "status_list", "status_index" from "sessions" where (user_id = ?) and ended_at is null and claims_changed > 0 and "status_list" is not null order by "sessions"."id" on conflict do nothing returning "status_list", "status_index"
update "sessions" set "claims_changed" = claims_changed + 1 where (user_id = ? and not ((client_id = ? and coalesce(scope, ' ') = ?))) and ended_at is null
insert into "statuses" ("list", "idx", "value") select "status_list" as "list", "status_index" as "idx", 3 as "value" from "sessions" where (user_id = ? and not ((client_id = ? and coalesce(scope, ' ') = ?))) and ended_at is null and claims_changed > 0 and "status_list" is not null order by "status_list", "status_index" on conflict do nothing
insert into "changes" ("id", "at", "kind", "subject", "status_list", "status_index") select 'claims_changed:' || status_list || ':' || status_index as "id", ? as "at", 'claims_changed' as "kind", "id" as "subject", "status_list", "status_index" from "sessions" where (user_id = ? and not ((client_id = ? and coalesce(scope, ' ') = ?))) and ended_at is null and claims_changed > 0 and "status_list" is not null order by "sessions"."id" on conflict do nothing returning "status_list", "status_index"
update "users" set "updated_at" = case when updated_at < cast(? as bigint) then cast(? as bigint) else updated_at + 1 end, "disabled" = ?, "scopes" = ? where "id" = ? and "updated_at" = ?
update "users" set "updated_at" = case when updated_at < cast(? as bigint) then cast(? as bigint) else updated_at + 1 end, "metadata" = ?, "admin_metadata" = ? where "id" = ? and "updated_at" = ?

-- userEdits.remove
update "users" set "disabled" = ? where "id" = ? and "updated_at" = ?
update "changes" set "status_list" = (select "status_list" from "sessions" where "sessions"."id" = "changes"."subject"), "status_index" = (select "status_index" from "sessions" where "sessions"."id" = "changes"."subject") where "id" in (select 'session_ended:' || sessions.id as "id" from "sessions" where "user_id" = ?)
delete from "passwords" where "user_id" = ?
delete from "mails" where "user_id" = ?
update "backfills" set "removals" = "removals" + ? where "name" = ?
delete from "user_parts" where "part" in (?, ?, ?, ?, ?) and "user_id" = ?
delete from "users" where "id" = ?

-- userSearch.find
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "user_parts"."part" from "user_parts" inner join "users" on "users"."id" = "user_parts"."user_id" where part >= ? and "part" < ? order by "part", "user_id" limit ?
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "user_parts"."part" from "user_parts" inner join "users" on "users"."id" = "user_parts"."user_id" where (part, user_id) > (?, ?) and "part" < ? order by "part", "user_id" limit ?

-- userSearch.isComplete
select "name" from "backfills" where "name" = ? and "done_at" is not null

-- partSupply.state
select "additions", "removals" from "backfills" where "name" = ?

-- partSupply.usersAfter
select "id", "username_key", "email_key" from "users" where "id" > ? order by "id" limit ?

-- partSupply.usersOf
select "id", "username_key", "email_key" from "users" where "id" in (?)

-- partSupply.lackedBy
select user_id from json_each(?) join user_parts on part = cast(value ->> 0 as blob) and user_id = value ->> 1

-- partSupply.supply
select "name" from "backfills" where "name" = ? and "removals" = ?
insert into user_parts (part, user_id) select cast(value ->> 0 as blob), value ->> 1 from json_each(?) where true on conflict do nothing

-- partSupply.complete
update "backfills" set "done_at" = ? where "name" = ? and "additions" = ?

-- userImports.begin
insert into "user_imports" ("id", "file", "position", "report", "begun_at", "ended_at") values (?, ?, ?, ?, ?, ?) on conflict do nothing
select * from "user_imports" where "id" = ?

-- userImports.restart
insert into "user_imports" ("id", "file", "position", "report", "begun_at", "ended_at") values (?, ?, ?, ?, ?, ?) on conflict ("id") do update set "position" = ?, "report" = ?, "begun_at" = ?, "ended_at" = ?

-- userImports.taken
select "name" from "names" where "name" in (select value ->> 0 from json_each(?))
select "email_key" from "users" where "email_verified" = 1 and "email_key" in (select value ->> 0 from json_each(?))
select "id" from "users" where "id" in (select value ->> 0 from json_each(?))
select "username_key", "id" from "users" where "username_key" in (select value ->> 0 from json_each(?))

-- userImports.take
update "user_imports" set "position" = ?, "report" = ? where "id" = ? and "position" = ? and "ended_at" is null
insert into "passwords" ("user_id", "hash", "changed_at") values (?, ?, ?) on conflict do nothing
update "backfills" set "done_at" = ?, "additions" = "additions" + ? where "name" = ?

-- userImports.end
update "user_imports" set "ended_at" = ? where "id" = ?

-- userExports.users
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at" from "users" where "users"."id" > ? order by "users"."id" limit ?

-- userExports.usersWithHashes
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", (select "passwords"."hash" from "passwords" where "passwords"."user_id" = "users"."id") as "hash" from "users" where "users"."id" > ? order by "users"."id" limit ?

-- sessions.open
select "users"."id" from "users" inner join "passwords" on "passwords"."user_id" = "users"."id" where "users"."id" = ? and "users"."scopes" = ? and "users"."disabled" = 0 and "passwords"."changed_at" = ?
insert into "sessions" ("id", "user_id", "client_id", "scope", "counter", "epoch", "rotated_at", "password_at", "address", "user_agent", "amr", "authenticated_at", "created_at", "last_used_at", "ended_at", "ended_why", "status_list", "status_index", "claims_changed") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
select "users"."id" from "users" inner join "passwords" on "passwords"."user_id" = "users"."id" where "users"."id" = ? and "users"."scopes" = ? and "users"."disabled" = 0 and "passwords"."changed_at" = ? and users.updated_at = ?
update "attempts" set "forgotten_at" = forgotten_at - forget, "at" = case when at = cast(? as bigint) and wait = cast(? as bigint) then at - wait else at end, "wait" = case when at = cast(? as bigint) and wait = cast(? as bigint) then cast(? as bigint) else wait end where key = ? and cast(? as bigint) > ?
select "users"."id" from "users" where "users"."id" = ? and "users"."scopes" = ? and "users"."disabled" = 0
select "users"."id" from "users" where "users"."id" = ? and "users"."scopes" = ? and "users"."disabled" = 0 and users.updated_at = ?

-- sessions.find
select * from "sessions" where "id" = ?

-- sessions.findInContext
select "sessions"."id", "sessions"."user_id", "sessions"."client_id", "sessions"."scope", "sessions"."counter", "sessions"."epoch", "sessions"."rotated_at", "sessions"."password_at", "sessions"."address", "sessions"."user_agent", "sessions"."amr", "sessions"."authenticated_at", "sessions"."created_at", "sessions"."last_used_at", "sessions"."ended_at", "sessions"."ended_why", "sessions"."status_list", "sessions"."status_index", "sessions"."claims_changed", "users"."username", "users"."username_key", "users"."scopes" as "user_scopes", "users"."disabled" as "user_disabled", "passwords"."changed_at" as "password_changed_at", ? as "now" from "sessions" inner join "users" on "users"."id" = "sessions"."user_id" left join "passwords" on "passwords"."user_id" = "sessions"."user_id" where sessions.id = ?

-- sessions.advance
update "sessions" set "counter" = sessions.counter + 1, "rotated_at" = ?, "last_used_at" = ? where sessions.id = ? and sessions.counter = ? and "sessions"."ended_at" is null and "claims_changed" = 0
update "sessions" set "counter" = sessions.counter + 1, "rotated_at" = ?, "last_used_at" = ?, "status_list" = ?, "status_index" = ?, "claims_changed" = ? where sessions.id = ? and sessions.counter = ? and "sessions"."ended_at" is null and "claims_changed" = ?

-- sessions.end
insert into "changes" ("id", "at", "kind", "subject") select 'session_ended:' || id as "id", ? as "at", 'session_ended' as "kind", "id" as "subject" from "sessions" where id = ? and ended_at is null order by "sessions"."id" on conflict do nothing
update "sessions" set "ended_at" = ?, "ended_why" = ? where id = ? and ended_at is null returning "id"
insert into "statuses" ("list", "idx", "value") select "status_list" as "list", "status_index" as "idx", 1 as "value" from "sessions" where id = ? and "status_list" is not null order by "status_list", "status_index" on conflict ("list", "idx") do update set "value" = ?

-- sessions.list
select "sessions".*, "users"."username" from "sessions" left join "clients" on "clients"."id" = "sessions"."client_id" left join "users" on "users"."id" = "sessions"."user_id" where "ended_at" is null and coalesce(clients.state, 'enabled') <> 'deleted' and sessions.last_used_at + coalesce("clients"."refresh_idle_ttl", ?) * cast(1000 as bigint) >= ? and sessions.created_at + coalesce("clients"."session_ttl", ?) * cast(1000 as bigint) >= ? order by "sessions"."created_at" desc, "sessions"."id" desc limit ?
select "sessions".*, "users"."username" from "sessions" left join "clients" on "clients"."id" = "sessions"."client_id" left join "users" on "users"."id" = "sessions"."user_id" where "ended_at" is null and coalesce(clients.state, 'enabled') <> 'deleted' and sessions.last_used_at + coalesce("clients"."refresh_idle_ttl", ?) * cast(1000 as bigint) >= ? and sessions.created_at + coalesce("clients"."session_ttl", ?) * cast(1000 as bigint) >= ? and ("sessions"."created_at", "sessions"."id") < (?, ?) order by "sessions"."created_at" desc, "sessions"."id" desc limit ?
select "sessions".*, "users"."username" from "sessions" left join "clients" on "clients"."id" = "sessions"."client_id" left join "users" on "users"."id" = "sessions"."user_id" where "ended_at" is null and coalesce(clients.state, 'enabled') <> 'deleted' and sessions.last_used_at + coalesce("clients"."refresh_idle_ttl", ?) * cast(1000 as bigint) >= ? and sessions.created_at + coalesce("clients"."session_ttl", ?) * cast(1000 as bigint) >= ? and "user_id" = ? order by "sessions"."created_at" desc, "sessions"."id" desc limit ?
select "sessions".*, "users"."username" from "sessions" left join "clients" on "clients"."id" = "sessions"."client_id" left join "users" on "users"."id" = "sessions"."user_id" where "ended_at" is null and coalesce(clients.state, 'enabled') <> 'deleted' and sessions.last_used_at + coalesce("clients"."refresh_idle_ttl", ?) * cast(1000 as bigint) >= ? and sessions.created_at + coalesce("clients"."session_ttl", ?) * cast(1000 as bigint) >= ? and "user_id" = ? and ("sessions"."created_at", "sessions"."id") < (?, ?) order by "sessions"."created_at" desc, "sessions"."id" desc limit ?

-- keys.list
select * from "signing_keys" order by "algorithm", "generation"

-- keys.read
select ? as "now"

-- keys.add
insert into "signing_keys" ("kid", "algorithm", "generation", "public_jwk", "wrapped_private_key", "created_at", "signs_from", "retired_at") values (?, ?, ?, ?, ?, ?, ? + ?, ?) on conflict do nothing
delete from "signing_keys" where "kid" = ? and "signs_from" > ?

-- keys.promote
update "signing_keys" set "signs_from" = ? + ? where "kid" = ? and "retired_at" is null and "signs_from" > ? + ?

-- keys.retire
update "signing_keys" set "retired_at" = ? where "kid" = ? and "retired_at" is null

-- keys.forget
delete from "signing_keys" where "kid" in (?)

-- keys.rewrap
update "signing_keys" set "wrapped_private_key" = ? where "kid" = ? and "wrapped_private_key" = ?
update "refresh_keys" set "wrapped_key" = ? where "id" = ? and "wrapped_key" = ?
update "audit_keys" set "wrapped_key" = ? where "id" = ? and "wrapped_key" = ?

-- refreshKeys.list
select * from "refresh_keys" order by "generation"

-- refreshKeys.add
insert into "refresh_keys" ("id", "generation", "wrapped_key", "created_at") values (?, ?, ?, ?) on conflict do nothing

-- clients.find
select "clients".*, "client_secrets"."digest" from "clients" left join "client_secrets" on "client_secrets"."client_id" = "clients"."id" and ("expires_at" is null or "expires_at" > ?) where "clients"."id" = ? and "clients"."state" != ?

-- clients.create
insert into "clients" ("id", "name", "confidential", "grants", "scopes", "access_token_ttl", "refresh_idle_ttl", "session_ttl", "state", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
insert into "client_secrets" ("id", "client_id", "digest", "created_at", "expires_at") values (?, ?, ?, ?, ?)

-- clients.edit
update "clients" set "state" = ?, "updated_at" = ? where "id" = ? and "state" != ?
insert into "changes" ("id", "at", "kind", "subject", "status_list", "status_index") values (?, ?, ?, ?, ?, ?) on conflict do nothing
update "clients" set "scopes" = ?, "updated_at" = ? where "id" = ? and "state" != ? and "scopes" = ?
insert into "scope_changes" ("id", "client_id", "scopes", "spread", "at", "slice", "held_until") values (?, ?, ?, ?, ?, ?, ?)

-- clients.addSecret
select "id" from "clients" where "id" = ? and "confidential" = ? and "state" != ?
update "client_secrets" set "expires_at" = ? where "client_id" = ? and ("expires_at" is null or "expires_at" > ?)

-- clients.list
select * from "clients" where "state" != ? order by "created_at", "id" limit ?
select * from "clients" where "state" != ? and ("created_at", "id") > (?, ?) order by "created_at", "id" limit ?

-- clients.longestSession
select max("session_ttl") as "longest" from "clients"

-- clients.listBlocked
select "id" from "clients" where "state" != ?

-- changes.since
select "changes"."id", "changes"."at", "changes"."kind", "changes"."subject", coalesce("changes"."status_list", "sessions"."status_list") as "status_list", coalesce("changes"."status_index", "sessions"."status_index") as "status_index" from "changes" left join "sessions" on "changes"."kind" = 'session_ended' and "sessions"."id" = "changes"."subject" where "changes"."at" >= ? order by "changes"."at", "changes"."id"

-- changes.hasEndedToken
select "id" from "changes" where "id" = ?

-- changes.endToken
insert into "statuses" ("list", "idx", "value") select "number" as "list", cast(? as integer) as "idx", 1 as "value" from "status_lists" where "number" = ? on conflict ("list", "idx") do update set "value" = ?

-- statusLists.list
select * from "status_lists" order by "number"

-- statusLists.make
insert into "status_lists" ("number", "claimed", "full_at", "created_at") values (?, ?, ?, ?) on conflict do nothing

-- statusLists.claim
update "status_lists" set "claimed" = ? where "number" = ? and "claimed" = ?
update "status_lists" set "claimed" = ?, "full_at" = ? where "number" = ? and "claimed" = ?

-- statusLists.statuses
select * from "statuses" where "list" = ? and "idx" >= ? order by "idx" limit ?

-- statusLists.remove
delete from "status_lists" where "number" = ?

-- statusLists.tidy
delete from "statuses" where (list, idx) in (select "list", "idx" from "statuses" where "list" < (select min("number") as "number" from "status_lists") order by "list", "idx" limit ?) returning "idx"

-- scopeChanges.pending
select *, ? as "now" from "scope_changes" order by "at", "id"

-- scopeChanges.hold
update "scope_changes" set "held_until" = ? + cast(? as bigint) where "id" = ? and "held_until" < ?

-- scopeChanges.release
update "scope_changes" set "slice" = ?, "held_until" = ? where "id" = ? and "slice" <= ?

-- scopeChanges.forget
delete from "scope_changes" where "id" = ?

-- scopeChanges.sessions
select "sessions"."id", "sessions"."user_id", "sessions"."scope", "users"."scopes" as "user_scopes" from "sessions" inner join "users" on "users"."id" = "sessions"."user_id" where "sessions"."client_id" = ? and "sessions"."ended_at" is null and "sessions"."claims_changed" = ? and coalesce(sessions.rotated_at, sessions.created_at) <= ? and "sessions"."user_id" < ? and "users"."id" < ? order by "sessions"."user_id", "sessions"."id" limit ?
select "sessions"."id", "sessions"."user_id", "sessions"."scope", "users"."scopes" as "user_scopes" from "sessions" inner join "users" on "users"."id" = "sessions"."user_id" where "sessions"."client_id" = ? and "sessions"."ended_at" is null and "sessions"."claims_changed" = ? and coalesce(sessions.rotated_at, sessions.created_at) <= ? and "sessions"."user_id" >= ? and "sessions"."user_id" < ? and "users"."id" >= ? and "users"."id" < ? and (sessions.user_id, sessions.id) > (?, ?) order by "sessions"."user_id", "sessions"."id" limit ?
select "sessions"."id", "sessions"."user_id", "sessions"."scope", "users"."scopes" as "user_scopes" from "sessions" inner join "users" on "users"."id" = "sessions"."user_id" where "sessions"."client_id" = ? and "sessions"."ended_at" is null and "sessions"."claims_changed" = ? and coalesce(sessions.rotated_at, sessions.created_at) <= ? and "sessions"."user_id" >= ? and "sessions"."user_id" < ? and "users"."id" >= ? and "users"."id" < ? order by "sessions"."user_id", "sessions"."id" limit ?
select "sessions"."id", "sessions"."user_id", "sessions"."scope", "users"."scopes" as "user_scopes" from "sessions" inner join "users" on "users"."id" = "sessions"."user_id" where "sessions"."client_id" = ? and "sessions"."ended_at" is null and "sessions"."claims_changed" = ? and coalesce(sessions.rotated_at, sessions.created_at) <= ? and "sessions"."user_id" >= ? and "users"."id" >= ? order by "sessions"."user_id", "sessions"."id" limit ?
select "sessions"."id", "sessions"."user_id", "sessions"."scope", "users"."scopes" as "user_scopes" from "sessions" inner join "users" on "users"."id" = "sessions"."user_id" where "sessions"."client_id" = ? and "sessions"."ended_at" is null and "sessions"."claims_changed" = ? and coalesce(sessions.rotated_at, sessions.created_at) <= ? and "sessions"."user_id" >= ? and "users"."id" >= ? and (sessions.user_id, sessions.id) > (?, ?) order by "sessions"."user_id", "sessions"."id" limit ?

-- scopeChanges.mark
update "sessions" set "claims_changed" = claims_changed + 1 where (id in (?) and coalesce(rotated_at, created_at) <= ?) and ended_at is null
insert into "statuses" ("list", "idx", "value") select "status_list" as "list", "status_index" as "idx", 3 as "value" from "sessions" where (id in (?) and coalesce(rotated_at, created_at) <= ?) and ended_at is null and claims_changed > 0 and "status_list" is not null order by "status_list", "status_index" on conflict do nothing
insert into "changes" ("id", "at", "kind", "subject", "status_list", "status_index") select 'claims_changed:' || status_list || ':' || status_index as "id", ? as "at", 'claims_changed' as "kind", "id" as "subject", "status_list", "status_index" from "sessions" where (id in (?) and coalesce(rotated_at, created_at) <= ?) and ended_at is null and claims_changed > 0 and "status_list" is not null order by "sessions"."id" on conflict do nothing returning "status_list", "status_index"

-- links.find
select * from "links" where "digest" = ? and "purpose" = ? and "used_at" is null and "expires_at" > ?

-- mails.hasDue
select "id" from "mails" where "state" = ? and "due_at" <= ? order by "due_at" limit ?

-- mails.queue
select "created_at" from "mails" where "state" = ? order by "due_at" limit ?

-- mails.take
update "mails" set "due_at" = ? where ("id", "due_at") in (select "id", "due_at" from "mails" where "state" = ? and "due_at" <= ? order by "due_at", "id" limit ?) returning *

-- mails.keep
update "mails" set "state" = ?, "due_at" = ? where ("id", "due_at") in (select "id", "due_at" from "mails" where "state" = ? and "due_at" <= ? order by "due_at", "id" limit ?) returning "id"

-- mails.settle
update "mails" set "attempts" = ?, "due_at" = ?, "sent_at" = ?, "fault" = ?, "state" = ? where "id" = ? and "state" = ? and "due_at" = ?
update "mails" set "attempts" = ?, "due_at" = ?, "sent_at" = ?, "fault" = ?, "state" = ?, "wrapped_values" = ? where "id" = ? and "state" = ?
update "mails" set "attempts" = ?, "due_at" = ?, "sent_at" = ?, "fault" = ?, "state" = ?, "wrapped_values" = ? where "id" = ? and "state" = ? and "due_at" = ?

-- mails.find
select * from "mails" where "id" = ?

-- mails.list
select * from "mails" order by "created_at" desc, "id" desc limit ?
select * from "mails" where "state" = ? order by "due_at" desc, "id" desc limit ?
select * from "mails" where "user_id" = ? order by "created_at" desc, "id" desc limit ?
select * from "mails" where "state" = ? and "user_id" = ? order by "created_at" desc, "id" desc limit ?
select * from "mails" where ("created_at", "id") < (?, ?) order by "created_at" desc, "id" desc limit ?
select * from "mails" where "state" = ? and ("due_at", "id") < (?, ?) order by "due_at" desc, "id" desc limit ?
select * from "mails" where "user_id" = ? and ("created_at", "id") < (?, ?) order by "created_at" desc, "id" desc limit ?
select * from "mails" where "state" = ? and "user_id" = ? and ("created_at", "id") < (?, ?) order by "created_at" desc, "id" desc limit ?

-- mails.wrappedLike
select "id", "due_at", case when substr(wrapped_values, 1, ?) = ? then wrapped_values end as "wrapped_values" from "mails" where "state" = ? order by "due_at", "id" limit ?
select "id", "due_at", case when substr(wrapped_values, 1, ?) = ? then wrapped_values end as "wrapped_values" from "mails" where "state" = ? and ("due_at", "id") > (?, ?) order by "due_at", "id" limit ?

-- mails.rewrap
update "mails" set "wrapped_values" = ? where "id" = ? and "wrapped_values" = ?

-- invitations.list
select * from "links" where "purpose" = ? and "used_at" is null and "expires_at" > ? order by "created_at" desc, "id" desc limit ?
select * from "links" where "purpose" = ? and "used_at" is null and "expires_at" > ? and ("created_at", "id") < (?, ?) order by "created_at" desc, "id" desc limit ?

-- invitations.revoke
delete from "links" where "id" = ? and "purpose" = ? and "used_at" is null

-- firstAdmin.offer
insert into links (digest, id, purpose, created_at, expires_at) select ?, ?, ?, cast(? as bigint), cast(? as bigint) where (select id from users order by created_at, id limit ?) is null on conflict (id) do update set digest = excluded.digest, created_at = excluded.created_at, expires_at = excluded.expires_at where links.used_at is null

-- ownData.audit
select * from "audit" where "user_id" = ? order by "at", "id" limit ?
select * from "audit" where "user_id" = ? and ("at", "id") > (?, ?) order by "at", "id" limit ?

-- ownData.mails
select "id", "kind", "address", "created_at", "sent_at" from "mails" where "user_id" = ? order by "created_at", "id" limit ?
select "id", "kind", "address", "created_at", "sent_at" from "mails" where "user_id" = ? and ("created_at", "id") > (?, ?) order by "created_at", "id" limit ?

-- mailedLinks.send
update "users" set "updated_at" = "updated_at" where "id" = ?
insert into "links" ("digest", "id", "purpose", "user_id", "email", "email_key", "detail", "created_at", "expires_at", "used_at") select cast(? as text) as "digest", cast(? as text) as "id", cast(? as text) as "purpose", cast(? as text) as "user_id", cast(? as text) as "email", cast(? as text) as "email_key", cast(? as text) as "detail", cast(? as bigint) as "created_at", cast(? as bigint) as "expires_at", cast(? as bigint) as "used_at" from "users" where "users"."id" = ? and "users"."disabled" = ? returning "id"
insert into "mails" ("id", "kind", "user_id", "address", "wrapped_values", "state", "attempts", "created_at", "due_at", "sent_at", "fault") select cast(? as text) as "id", cast(? as text) as "kind", cast(? as text) as "user_id", cast(? as text) as "address", cast(? as text) as "wrapped_values", cast(? as text) as "state", cast(? as bigint) as "attempts", cast(? as bigint) as "created_at", cast(? as bigint) as "due_at", cast(? as bigint) as "sent_at", cast(? as text) as "fault" from "links" where "digest" = ?
insert into "links" ("digest", "id", "purpose", "user_id", "email", "email_key", "detail", "created_at", "expires_at", "used_at") select cast(? as text) as "digest", cast(? as text) as "id", cast(? as text) as "purpose", cast(? as text) as "user_id", cast(? as text) as "email", cast(? as text) as "email_key", cast(? as text) as "detail", cast(? as bigint) as "created_at", cast(? as bigint) as "expires_at", cast(? as bigint) as "used_at" from "users" where "users"."id" = ? and "users"."disabled" = ? and ((select count(*) as "sent" from "links" where "email_key" = ? and "purpose" = ? and "created_at" > ?)) < cast(? as integer) returning "id"
update "links" set "used_at" = ? where "user_id" = ? and "purpose" = ? and "used_at" is null and "digest" <> ? and exists (select "digest" from "links" as "made" where "digest" = ?)

-- emailAddresses.findOwner
select * from "users" where "email_key" = ? and "email_verified" = 1

-- emailAddresses.findClaimant
select * from "users" where "email_key" = ? and "email_verified" = 0 and "disabled" = ? limit ?

-- emailAddresses.prove
update "users" set "email" = ?, "email_key" = ?, "email_verified" = ?, "updated_at" = case when updated_at < cast(? as bigint) then cast(? as bigint) else updated_at + 1 end where "id" = ? and "disabled" = ? and "email_key" = ? and not exists (select 1 from users as others where others.email_key = ? and others.email_verified = 1 and others.id <> ?)
update "users" set "email" = ?, "email_key" = ?, "email_verified" = ?, "updated_at" = case when updated_at < cast(? as bigint) then cast(? as bigint) else updated_at + 1 end where "id" = ? and "disabled" = ? and "email_key" is null and not exists (select 1 from users as others where others.email_key = ? and others.email_verified = 1 and others.id <> ?)
delete from "user_parts" where "part" in (?, ?) and "user_id" = ?

-- attempts.count
insert into attempts (key, at, forget, wait, forgotten_at) values (?, ?, ?, 0, ? + cast(? as bigint)) on conflict (key) do update set at = excluded.at, forget = excluded.forget, wait = case when excluded.forget + case when attempts.forgotten_at > case when attempts.at > excluded.at then attempts.at else excluded.at end then attempts.forgotten_at - case when attempts.at > excluded.at then attempts.at else excluded.at end else 0 end < cast(? as bigint) then 0 when attempts.wait = 0 then cast(? as bigint) when 2 * attempts.wait < excluded.forget then 2 * attempts.wait else excluded.forget end, forgotten_at = excluded.at + excluded.forget + case when attempts.forgotten_at > case when attempts.at > excluded.at then attempts.at else excluded.at end then attempts.forgotten_at - case when attempts.at > excluded.at then attempts.at else excluded.at end else 0 end where attempts.wait = 0 or attempts.at + attempts.wait <= excluded.at or attempts.at > excluded.at + excluded.forget returning at, wait, forgotten_at
select at + wait as "next_at" from "attempts" where key = ? and wait > 0 and at + wait > ?

-- attempts.clear
delete from "attempts" where "key" = ?

-- attempts.spend
insert into attempts (key, at, forget, wait, forgotten_at) values (?, ?, ?, 0, ? + cast(? as bigint)) on conflict (key) do nothing

-- audit.appendOnce
insert into "audit" ("id", "at", "event", "user_id", "session_id", "client_id", "actor", "address", "request_id", "detail") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing

-- audit.newest
select * from "audit" where "event" = ? order by "at" desc, "id" desc limit ?

-- audit.list
select * from "audit" order by "at" desc, "id" desc limit ?
select * from "audit" where ("at", "id") < (?, ?) order by "at" desc, "id" desc limit ?
select * from "audit" where "at" >= ? and "at" < ? order by "at" desc, "id" desc limit ?
select * from "audit" where "at" >= ? and "at" < ? and ("at", "id") < (?, ?) order by "at" desc, "id" desc limit ?
select * from "audit" where "event" = ? and ("at", "id") < (?, ?) order by "at" desc, "id" desc limit ?
select * from "audit" where "event" = ? and "at" >= ? and "at" < ? order by "at" desc, "id" desc limit ?
select * from "audit" where "event" = ? and "at" >= ? and "at" < ? and ("at", "id") < (?, ?) order by "at" desc, "id" desc limit ?
select * from "audit" where "user_id" = ? order by "at" desc, "id" desc limit ?
select * from "audit" where "user_id" = ? and ("at", "id") < (?, ?) order by "at" desc, "id" desc limit ?
select * from "audit" where "user_id" = ? and "event" = ? and "session_id" = ? and "client_id" = ? and "at" >= ? and "at" < ? order by "at" desc, "id" desc limit ?
select * from "audit" where "user_id" = ? and "event" = ? and "session_id" = ? and "client_id" = ? and "at" >= ? and "at" < ? and ("at", "id") < (?, ?) order by "at" desc, "id" desc limit ?

-- audit.find
select * from "audit" where "id" = ?

-- audit.inChain
select * from "audit" where (seal, at, id) > (?, ?, ?) order by "seal", "at", "id" limit ?

-- audit.unsealed
select * from "audit" where "seal" is null order by "seal", "at", "id" limit ?

-- auditSeals.head
select "number", "latest_at", "mac" from "audit_seals" where "number" > ? order by "number" desc limit ?

-- auditSeals.add
insert into "audit_seals" ("number", "entries", "digests", "latest_at", "previous_mac", "previous_latest_at", "kept_for", "created_at", "key_id", "mac") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
update "audit" set "seal" = ? where "id" in (?, ?) and "seal" is null

-- auditSeals.after
select * from "audit_seals" where "number" > ? order by "number" limit ?

-- auditSeals.firstSince
select "number" from "audit_seals" where "latest_at" >= ? order by "latest_at", "number" limit ?

-- auditSeals.oldest
select "number", "entries", "latest_at" from "audit_seals" where "number" > ? order by "number" limit ?

-- auditSeals.forget
delete from "audit" where "seal" >= ? and "seal" <= ? returning "id"
delete from "audit_seals" where "number" >= ? and "number" <= ?

-- auditKeys.list
select * from "audit_keys" order by "generation"

-- auditKeys.add
insert into "audit_keys" ("id", "generation", "wrapped_key", "created_at") values (?, ?, ?, ?) on conflict do nothing

-- cleanUp.prepare
insert into "sweeps" ("name", "position", "removed", "due_at") values (?, ?, ?, ? + cast(? as bigint)) on conflict do nothing

-- cleanUp.due
select "name" from "sweeps" where "due_at" <= ? order by "due_at"

-- cleanUp.take
update "sweeps" set "due_at" = ? + cast(? as bigint) where "name" = ? and "due_at" <= ? returning *, ? as "now"

-- cleanUp.leave
update "sweeps" set "position" = ?, "removed" = ?, "due_at" = ? + cast(? as bigint) where "name" = ? and "due_at" = ?

-- cleanUp.sessionsAfter
select "sessions"."id", "sessions"."created_at", "sessions"."last_used_at", "sessions"."ended_at", "clients"."refresh_idle_ttl", "clients"."session_ttl" from "sessions" left join "clients" on "clients"."id" = "sessions"."client_id" where "sessions"."id" > ? order by "sessions"."id" limit ?

-- cleanUp.sampleSessions
select "sessions"."user_id", "sessions"."created_at", "sessions"."last_used_at", "sessions"."ended_at", "clients"."refresh_idle_ttl", "clients"."session_ttl" from "sessions" left join "clients" on "clients"."id" = "sessions"."client_id" order by "sessions"."user_id" limit ?

-- cleanUp.forgetSessions
delete from "sessions" where "id" in (?) and "last_used_at" < ? returning "ended_at"

-- cleanUp.forgetChanges
delete from "changes" where "id" in (select "id" from "changes" where "at" < ? order by "at", "id" limit ?) returning "id"

-- cleanUp.forgetMails
delete from "mails" where "id" in (select "id" from "mails" where "state" = ? and "due_at" <= ? order by "due_at", "id" limit ?) returning "id"

-- cleanUp.forgetLinks
delete from "links" where "digest" in (select "digest" from "links" where "expires_at" < ? order by "expires_at" limit ?) returning "digest"

-- cleanUp.attemptsAfter
select "key" from "attempts" where "key" > ? order by "key" limit ?

-- cleanUp.forgetAttempts
delete from "attempts" where "key" in (?) and "forgotten_at" < ? returning "key"

-- cleanUp.secretsAfter
select "id" from "client_secrets" where "id" > ? order by "id" limit ?

-- cleanUp.forgetSecrets
delete from "client_secrets" where "id" in (?) and "expires_at" < ? returning "id"

-- statistics.add
insert into statistics_writers (id, batch, at) values (?, ?, ?) on conflict (id) do update set batch = excluded.batch, at = excluded.at where statistics_writers.batch < excluded.batch
insert into statistics (step, start, figure, value) select cast(value ->> 0 as bigint), cast(value ->> 1 as bigint), value ->> 2, cast(value ->> 3 as bigint) from json_each(?) where true on conflict (step, start, figure) do update set value = statistics.value + excluded.value
insert into statistics (step, start, figure, value) select cast(value ->> 0 as bigint), cast(value ->> 1 as bigint), value ->> 2, cast(value ->> 3 as bigint) from json_each(?) where true on conflict (step, start, figure) do update set value = case when excluded.value > statistics.value then excluded.value else statistics.value end

-- statistics.since
select "start", "figure", "value" from "statistics" where "step" = ? and "start" >= ?

-- statistics.forget
delete from "statistics" where "step" = ? and "start" < ? returning "figure"

-- statistics.forgetWriters
delete from "statistics_writers" where "at" < ? returning "id"
