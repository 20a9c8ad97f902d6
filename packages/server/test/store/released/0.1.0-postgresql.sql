-- users.findByLogin
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "passwords"."hash", "passwords"."changed_at" as "password_at" from "users" left join "passwords" on "passwords"."user_id" = "users"."id" where username_key = $1
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "passwords"."hash", "passwords"."changed_at" as "password_at" from "users" left join "passwords" on "passwords"."user_id" = "users"."id" where (email_verified = 1 and email_key = $1) or username_key = $2

-- users.findForSignIn
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "passwords"."hash", "passwords"."changed_at" as "password_at", "stand_in"."decoy" from (select coalesce((select "hash" from "passwords" where "user_id" >= $1 order by "user_id" limit 1), (select "hash" from "passwords" where "user_id" >= '' order by "user_id" limit 1)) as "decoy") as "stand_in" left join "users" on username_key = $2 left join "passwords" on "passwords"."user_id" = "users"."id"
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "passwords"."hash", "passwords"."changed_at" as "password_at", "stand_in"."decoy" from (select coalesce((select "hash" from "passwords" where "user_id" >= $1 order by "user_id" limit 1), (select "hash" from "passwords" where "user_id" >= '' order by "user_id" limit 1)) as "decoy") as "stand_in" left join "users" on (email_verified = 1 and email_key = $2) or username_key = $3 left join "passwords" on "passwords"."user_id" = "users"."id"

-- users.passwordOf
select "hash", "changed_at" from "passwords" where "user_id" = $1

-- users.findById
select * from "users" where "id" = $1

-- users.findByUsername
select * from "users" where "username_key" = $1

-- users.findCaller
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "sessions"."id" as "live_session", "sessions"."status_list" as "live_list", "sessions"."status_index" as "live_index", "sessions"."claims_changed" as "live_mark" from "users" left join "sessions" on "sessions"."id" = $1 and "sessions"."user_id" = "users"."id" and "sessions"."ended_at" is null where "users"."id" = $2
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "sessions"."id" as "live_session", "sessions"."status_list" as "live_list", "sessions"."status_index" as "live_index", "sessions"."claims_changed" as "live_mark" from "users" left join "sessions" on "sessions"."id" = $1 and "sessions"."user_id" = "users"."id" and "sessions"."ended_at" is null where "users"."username_key" = $2

-- users.create
insert into "names" ("name") values ($1) on conflict do nothing
insert into "users" ("id", "username", "username_key", "email", "email_key", "email_verified", "disabled", "scopes", "metadata", "admin_metadata", "created_at", "updated_at") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing
insert into "user_parts" ("part", "user_id") values ($1, $2) on conflict do nothing
insert into "passwords" ("user_id", "hash", "changed_at") values ($1, $2, $3) on conflict ("user_id") do update set "hash" = $4, "changed_at" = $5
insert into "audit" ("id", "at", "event", "user_id", "session_id", "client_id", "actor", "address", "request_id", "detail") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
update "links" set "used_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) where "digest" = $2 and "purpose" = $3 and "used_at" is null and "expires_at" > (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $4::bigint)
insert into "links" ("digest", "id", "purpose", "user_id", "email", "detail", "created_at", "expires_at", "used_at") values ($1, $2, $3, $4, $5, $6, (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $7::bigint), (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $8::bigint), (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $9::bigint)) on conflict ("id") do update set "used_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $10::bigint) where "links"."used_at" is null
insert into "links" ("digest", "id", "purpose", "user_id", "email", "email_key", "detail", "created_at", "expires_at", "used_at") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
insert into "mails" ("id", "kind", "user_id", "address", "wrapped_values", "state", "attempts", "created_at", "due_at", "sent_at", "fault") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- users.list
select * from "users" order by "created_at", "id" limit $1
select * from "users" where ("created_at", "id") > ($1, $2) order by "created_at", "id" limit $3
select * from "users" where disabled = 1 order by "created_at", "id" limit $1
select * from "users" where ("created_at", "id") > ($1, $2) and disabled = 1 order by "created_at", "id" limit $3

-- users.replacePassword
update "users" set "updated_at" = case when updated_at < cast($1 as bigint) then cast($2 as bigint) else updated_at + 1 end where "id" = $3
update "sessions" set "password_at" = $1 where "id" = $2 and "user_id" = $3
insert into "changes" ("id", "at", "kind", "subject") select 'session_ended:' || id as "id", (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) as "at", 'session_ended' as "kind", "id" as "subject" from "sessions" where user_id = $2 and ended_at is null and id <> $3 order by "sessions"."id" on conflict do nothing
update "sessions" set "ended_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint), "ended_why" = $2 where user_id = $3 and ended_at is null and id <> $4 and exists (select 1 from changes where changes.id = 'session_ended:' || sessions.id) returning "id"
insert into "statuses" ("list", "idx", "value") select "status_list" as "list", "status_index" as "idx", 1 as "value" from "sessions" where user_id = $1 and ended_at is not null and exists (select 1 from changes where changes.id = 'session_ended:' || sessions.id) and "status_list" is not null order by "status_list", "status_index" on conflict ("list", "idx") do update set "value" = $2
delete from "links" where "user_id" = $1 and "purpose" = $2 and "used_at" is null
update "users" set "updated_at" = case when updated_at < cast($1 as bigint) then cast($2 as bigint) else updated_at + 1 end where "id" = $3 and "disabled" = $4 and "email_key" = $5
update "users" set "updated_at" = case when updated_at < cast($1 as bigint) then cast($2 as bigint) else updated_at + 1 end, "email_verified" = $3 where "id" = $4 and "disabled" = $5 and "email_key" = $6 and not exists (select 1 from users as others where others.email_key = $7 and others.email_verified = 1 and others.id <> $8)

-- users.upgradePassword
update "passwords" set "hash" = $1 where "user_id" = $2 and "hash" = $3

-- userEdits.groupsOf
select distinct "client_id", "scope" from "sessions" where "user_id" = $1 and "ended_at" is null

-- userEdits.edit
update "users" set "updated_at" = case when updated_at < cast($1 as bigint) then cast($2 as bigint) else updated_at + 1 end, "disabled" = $3 where "id" = $4 and "updated_at" = $5
update "users" set "updated_at" = case when updated_at < cast($1 as bigint) then cast($2 as bigint) else updated_at + 1 end, "scopes" = $3 where "id" = $4 and "updated_at" = $5
update "sessions" set "claims_changed" = claims_changed + 1 where (user_id = $1) and ended_at is null
insert into "statuses" ("list", "idx", "value") select "status_list" as "list", "status_index" as "idx", 3 as "value" from "sessions" where (user_id = $1) and ended_at is null and claims_changed > 0 and "status_list" is not null order by "status_list", "status_index" on conflict do nothing
insert into "changes" ("id", "at", "kind", "subject", "status_list", "status_index") select 'claims_changed:' || status_list || ':' || status_index as "id", (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) as "at", 'claims_changed' as "kind", "id" as "subject", "status_list", "status_index" from "sessions" where (user_id = $2) and ended_at is null and claims_changed > 0 and "status_list" is not null order by "sessions"."id" on conflict do nothing returning "status_list", "status_index"
update "sessions" set "claims_changed" = claims_changed + 1 where (user_id = $1 and not ((client_id = $2 and coalesce(scope, ' ') = $3))) and ended_at is null
insert into "statuses" ("list", "idx", "value") select "status_list" as "list", "status_index" as "idx", 3 as "value" from "sessions" where (user_id = $1 and not ((client_id = $2 and coalesce(scope, ' ') = $3))) and ended_at is null and claims_changed > 0 and "status_list" is not null order by "status_list", "status_index" on conflict do nothing
insert into "changes" ("id", "at", "kind", "subject", "status_list", "status_index") select 'claims_changed:' || status_list || ':' || status_index as "id", (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) as "at", 'claims_changed' as "kind", "id" as "subject", "status_list", "status_index" from "sessions" where (user_id = $2 and not ((client_id = $3 and coalesce(scope, ' ') = $4))) and ended_at is null and claims_changed > 0 and "status_list" is not null order by "sessions"."id" on conflict do nothing returning "status_list", "status_index"
update "users" set "updated_at" = case when updated_at < cast($1 as bigint) then cast($2 as bigint) else updated_at + 1 end, "disabled" = $3, "scopes" = $4 where "id" = $5 and "updated_at" = $6
update "users" set "updated_at" = case when updated_at < cast($1 as bigint) then cast($2 as bigint) else updated_at + 1 end, "metadata" = $3, "admin_metadata" = $4 where "id" = $5 and "updated_at" = $6

-- userEdits.remove
update "users" set "disabled" = $1 where "id" = $2 and "updated_at" = $3
update "changes" set "status_list" = (select "status_list" from "sessions" where "sessions"."id" = "changes"."subject"), "status_index" = (select "status_index" from "sessions" where "sessions"."id" = "changes"."subject") where "id" in (select 'session_ended:' || sessions.id as "id" from "sessions" where "user_id" = $1)
delete from "passwords" where "user_id" = $1
delete from "mails" where "user_id" = $1
update "backfills" set "removals" = "removals" + $1 where "name" = $2
delete from "user_parts" where "part" in ($1, $2, $3, $4, $5) and "user_id" = $6
delete from "users" where "id" = $1

-- userSearch.find
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "user_parts"."part" from "user_parts" inner join "users" on "users"."id" = "user_parts"."user_id" where part >= $1 and "part" < $2 order by "part", "user_id" limit $3
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", "user_parts"."part" from "user_parts" inner join "users" on "users"."id" = "user_parts"."user_id" where (part, user_id) > ($1, $2) and "part" < $3 order by "part", "user_id" limit $4

-- userSearch.isComplete
select "name" from "backfills" where "name" = $1 and "done_at" is not null

-- partSupply.state
select "additions", "removals" from "backfills" where "name" = $1

-- partSupply.usersAfter
select "id", "username_key", "email_key" from "users" where "id" > $1 order by "id" limit $2

-- partSupply.usersOf
select "id", "username_key", "email_key" from "users" where "id" in ($1)

-- partSupply.lackedBy
select user_id from jsonb_array_elements($1::jsonb) as given(value) join user_parts on part = convert_to(value ->> 0, 'UTF8') and user_id = value ->> 1

-- partSupply.supply
select "name" from "backfills" where "name" = $1 and "removals" = $2 for share
insert into user_parts (part, user_id) select convert_to(value ->> 0, 'UTF8'), value ->> 1 from jsonb_array_elements($1::jsonb) as given(value) where true on conflict do nothing

-- partSupply.complete
update "backfills" set "done_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) where "name" = $2 and "additions" = $3

-- userImports.begin
insert into "user_imports" ("id", "file", "position", "report", "begun_at", "ended_at") values ($1, $2, $3, $4, $5, $6) on conflict do nothing
select * from "user_imports" where "id" = $1

-- userImports.restart
insert into "user_imports" ("id", "file", "position", "report", "begun_at", "ended_at") values ($1, $2, $3, $4, $5, $6) on conflict ("id") do update set "position" = $7, "report" = $8, "begun_at" = $9, "ended_at" = $10

-- userImports.taken
select "name" from "names" where "name" in (select value ->> 0 from jsonb_array_elements($1::jsonb) as given(value))
select "email_key" from "users" where "email_verified" = 1 and "email_key" in (select value ->> 0 from jsonb_array_elements($1::jsonb) as given(value))
select "id" from "users" where "id" in (select value ->> 0 from jsonb_array_elements($1::jsonb) as given(value))
select "username_key", "id" from "users" where "username_key" in (select value ->> 0 from jsonb_array_elements($1::jsonb) as given(value))

-- userImports.take
update "user_imports" set "position" = $1, "report" = $2 where "id" = $3 and "position" = $4 and "ended_at" is null
insert into "passwords" ("user_id", "hash", "changed_at") values ($1, $2, $3) on conflict do nothing
update "backfills" set "done_at" = $1, "additions" = "additions" + $2 where "name" = $3

-- userImports.end
update "user_imports" set "ended_at" = $1 where "id" = $2

-- userExports.users
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at" from "users" where "users"."id" > $1 order by "users"."id" limit $2

-- userExports.usersWithHashes
select "users"."id", "users"."username", "users"."username_key", "users"."email", "users"."email_key", "users"."email_verified", "users"."disabled", "users"."scopes", "users"."metadata", "users"."admin_metadata", "users"."created_at", "users"."updated_at", (select "passwords"."hash" from "passwords" where "passwords"."user_id" = "users"."id") as "hash" from "users" where "users"."id" > $1 order by "users"."id" limit $2

-- sessions.open
select "users"."id" from "users" inner join "passwords" on "passwords"."user_id" = "users"."id" where "users"."id" = $1 and "users"."scopes" = $2 and "users"."disabled" = 0 and "passwords"."changed_at" = $3 for share
insert into "sessions" ("id", "user_id", "client_id", "scope", "counter", "epoch", "rotated_at", "password_at", "address", "user_agent", "amr", "authenticated_at", "created_at", "last_used_at", "ended_at", "ended_why", "status_list", "status_index", "claims_changed") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
select "users"."id" from "users" inner join "passwords" on "passwords"."user_id" = "users"."id" where "users"."id" = $1 and "users"."scopes" = $2 and "users"."disabled" = 0 and "passwords"."changed_at" = $3 and users.updated_at = $4 for share
update "attempts" set "forgotten_at" = forgotten_at - forget, "at" = case when at = cast($1 as bigint) and wait = cast($2 as bigint) then at - wait else at end, "wait" = case when at = cast($3 as bigint) and wait = cast($4 as bigint) then cast($5 as bigint) else wait end where key = $6 and cast($7 as bigint) > (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $8::bigint)
select "users"."id" from "users" where "users"."id" = $1 and "users"."scopes" = $2 and "users"."disabled" = 0 for share
select "users"."id" from "users" where "users"."id" = $1 and "users"."scopes" = $2 and "users"."disabled" = 0 and users.updated_at = $3 for share

-- sessions.find
select * from "sessions" where "id" = $1

-- sessions.findInContext
select "sessions"."id", "sessions"."user_id", "sessions"."client_id", "sessions"."scope", "sessions"."counter", "sessions"."epoch", "sessions"."rotated_at", "sessions"."password_at", "sessions"."address", "sessions"."user_agent", "sessions"."amr", "sessions"."authenticated_at", "sessions"."created_at", "sessions"."last_used_at", "sessions"."ended_at", "sessions"."ended_why", "sessions"."status_list", "sessions"."status_index", "sessions"."claims_changed", "users"."username", "users"."username_key", "users"."scopes" as "user_scopes", "users"."disabled" as "user_disabled", "passwords"."changed_at" as "password_changed_at", (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) as "now" from "sessions" inner join "users" on "users"."id" = "sessions"."user_id" left join "passwords" on "passwords"."user_id" = "sessions"."user_id" where sessions.id = any(cast($2 as text[]))

-- sessions.advance
update "sessions" set "counter" = sessions.counter + 1, "rotated_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint), "last_used_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint) from ( select sessions.id, sessions.counter from sessions inner join unnest(cast($3 as text[]), cast($4 as bigint[])) as asked (id, counter) on sessions.id = asked.id and sessions.counter = asked.counter for update of sessions skip locked) as "free" where sessions.id = free.id and sessions.counter = free.counter and "sessions"."ended_at" is null and "claims_changed" = 0 returning sessions.id as "id", free.counter as "counter"
update "sessions" set "counter" = sessions.counter + 1, "rotated_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint), "last_used_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint) where sessions.id = $3 and sessions.counter = $4 and "sessions"."ended_at" is null and "claims_changed" = 0
update "sessions" set "counter" = sessions.counter + 1, "rotated_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint), "last_used_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint), "status_list" = $3, "status_index" = $4, "claims_changed" = $5 where sessions.id = $6 and sessions.counter = $7 and "sessions"."ended_at" is null and "claims_changed" = $8

-- sessions.end
insert into "changes" ("id", "at", "kind", "subject") select 'session_ended:' || id as "id", (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) as "at", 'session_ended' as "kind", "id" as "subject" from "sessions" where id = $2 and ended_at is null order by "sessions"."id" on conflict do nothing
update "sessions" set "ended_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint), "ended_why" = $2 where id = $3 and ended_at is null returning "id"
insert into "statuses" ("list", "idx", "value") select "status_list" as "list", "status_index" as "idx", 1 as "value" from "sessions" where id = $1 and "status_list" is not null order by "status_list", "status_index" on conflict ("list", "idx") do update set "value" = $2

-- sessions.list
select "sessions".*, "users"."username" from "sessions" left join "clients" on "clients"."id" = "sessions"."client_id" left join "users" on "users"."id" = "sessions"."user_id" where "ended_at" is null and coalesce(clients.state, 'enabled') <> 'deleted' and sessions.last_used_at + coalesce("clients"."refresh_idle_ttl", $1) * cast(1000 as bigint) >= (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint) and sessions.created_at + coalesce("clients"."session_ttl", $3) * cast(1000 as bigint) >= (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $4::bigint) order by "sessions"."created_at" desc, "sessions"."id" desc limit $5
select "sessions".*, "users"."username" from "sessions" left join "clients" on "clients"."id" = "sessions"."client_id" left join "users" on "users"."id" = "sessions"."user_id" where "ended_at" is null and coalesce(clients.state, 'enabled') <> 'deleted' and sessions.last_used_at + coalesce("clients"."refresh_idle_ttl", $1) * cast(1000 as bigint) >= (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint) and sessions.created_at + coalesce("clients"."session_ttl", $3) * cast(1000 as bigint) >= (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $4::bigint) and ("sessions"."created_at", "sessions"."id") < ($5, $6) order by "sessions"."created_at" desc, "sessions"."id" desc limit $7
select "sessions".*, "users"."username" from "sessions" left join "clients" on "clients"."id" = "sessions"."client_id" left join "users" on "users"."id" = "sessions"."user_id" where "ended_at" is null and coalesce(clients.state, 'enabled') <> 'deleted' and sessions.last_used_at + coalesce("clients"."refresh_idle_ttl", $1) * cast(1000 as bigint) >= (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint) and sessions.created_at + coalesce("clients"."session_ttl", $3) * cast(1000 as bigint) >= (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $4::bigint) and "user_id" = $5 order by "sessions"."created_at" desc, "sessions"."id" desc limit $6
select "sessions".*, "users"."username" from "sessions" left join "clients" on "clients"."id" = "sessions"."client_id" left join "users" on "users"."id" = "sessions"."user_id" where "ended_at" is null and coalesce(clients.state, 'enabled') <> 'deleted' and sessions.last_used_at + coalesce("clients"."refresh_idle_ttl", $1) * cast(1000 as bigint) >= (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint) and sessions.created_at + coalesce("clients"."session_ttl", $3) * cast(1000 as bigint) >= (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $4::bigint) and "user_id" = $5 and ("sessions"."created_at", "sessions"."id") < ($6, $7) order by "sessions"."created_at" desc, "sessions"."id" desc limit $8

-- keys.list
select * from "signing_keys" order by "algorithm", "generation"

-- keys.read
select (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) as "now"

-- keys.add
insert into "signing_keys" ("kid", "algorithm", "generation", "public_jwk", "wrapped_private_key", "created_at", "signs_from", "retired_at") values ($1, $2, $3, $4, $5, $6, (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $7::bigint) + $8, $9) on conflict do nothing
delete from "signing_keys" where "kid" = $1 and "signs_from" > (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint)

-- keys.promote
update "signing_keys" set "signs_from" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) + $2 where "kid" = $3 and "retired_at" is null and "signs_from" > (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $4::bigint) + $5

-- keys.retire
update "signing_keys" set "retired_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) where "kid" = $2 and "retired_at" is null

-- keys.forget
delete from "signing_keys" where "kid" in ($1)

-- keys.rewrap
update "signing_keys" set "wrapped_private_key" = $1 where "kid" = $2 and "wrapped_private_key" = $3
update "refresh_keys" set "wrapped_key" = $1 where "id" = $2 and "wrapped_key" = $3
update "audit_keys" set "wrapped_key" = $1 where "id" = $2 and "wrapped_key" = $3

-- refreshKeys.list
select * from "refresh_keys" order by "generation"

-- refreshKeys.add
insert into "refresh_keys" ("id", "generation", "wrapped_key", "created_at") values ($1, $2, $3, $4) on conflict do nothing

-- clients.find
select "clients".*, "client_secrets"."digest" from "clients" left join "client_secrets" on "client_secrets"."client_id" = "clients"."id" and ("expires_at" is null or "expires_at" > (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint)) where "clients"."id" = $2 and "clients"."state" != $3

-- clients.create
insert into "clients" ("id", "name", "confidential", "grants", "scopes", "access_token_ttl", "refresh_idle_ttl", "session_ttl", "state", "created_at", "updated_at") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
insert into "client_secrets" ("id", "client_id", "digest", "created_at", "expires_at") values ($1, $2, $3, $4, $5)

-- clients.edit
update "clients" set "state" = $1, "updated_at" = $2 where "id" = $3 and "state" != $4
insert into "changes" ("id", "at", "kind", "subject", "status_list", "status_index") values ($1, (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint), $3, $4, $5, $6) on conflict do nothing
update "clients" set "scopes" = $1, "updated_at" = $2 where "id" = $3 and "state" != $4 and "scopes" = $5
insert into "scope_changes" ("id", "client_id", "scopes", "spread", "at", "slice", "held_until") values ($1, $2, $3, $4, (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $5::bigint), $6, $7)

-- clients.addSecret
select "id" from "clients" where "id" = $1 and "confidential" = $2 and "state" != $3 for share
update "client_secrets" set "expires_at" = $1 where "client_id" = $2 and ("expires_at" is null or "expires_at" > $3)

-- clients.list
select * from "clients" where "state" != $1 order by "created_at", "id" limit $2
select * from "clients" where "state" != $1 and ("created_at", "id") > ($2, $3) order by "created_at", "id" limit $4

-- clients.longestSession
select max("session_ttl") as "longest" from "clients"

-- clients.listBlocked
select "id" from "clients" where "state" != $1

-- changes.since
select "changes"."id", "changes"."at", "changes"."kind", "changes"."subject", coalesce("changes"."status_list", "sessions"."status_list") as "status_list", coalesce("changes"."status_index", "sessions"."status_index") as "status_index" from "changes" left join "sessions" on "changes"."kind" = 'session_ended' and "sessions"."id" = "changes"."subject" where "changes"."at" >= $1 order by "changes"."at", "changes"."id"

-- changes.hasEndedToken
select "id" from "changes" where "id" = $1

-- changes.endToken
insert into "statuses" ("list", "idx", "value") select "number" as "list", cast($1 as integer) as "idx", 1 as "value" from "status_lists" where "number" = $2 on conflict ("list", "idx") do update set "value" = $3

-- statusLists.list
select * from "status_lists" order by "number"

-- statusLists.make
insert into "status_lists" ("number", "claimed", "full_at", "created_at") values ($1, $2, $3, (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $4::bigint)) on conflict do nothing

-- statusLists.claim
update "status_lists" set "claimed" = $1 where "number" = $2 and "claimed" = $3
update "status_lists" set "claimed" = $1, "full_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint) where "number" = $3 and "claimed" = $4

-- statusLists.statuses
select * from "statuses" where "list" = $1 and "idx" >= $2 order by "idx" limit $3

-- statusLists.remove
delete from "status_lists" where "number" = $1

-- statusLists.tidy
delete from "statuses" where (list, idx) in (select "list", "idx" from "statuses" where "list" < (select min("number") as "number" from "status_lists") order by "list", "idx" limit $1) returning "idx"

-- scopeChanges.pending
select *, (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) as "now" from "scope_changes" order by "at", "id"

-- scopeChanges.hold
update "scope_changes" set "held_until" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) + cast($2 as bigint) where "id" = $3 and "held_until" < (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $4::bigint)

-- scopeChanges.release
update "scope_changes" set "slice" = $1, "held_until" = $2 where "id" = $3 and "slice" <= $4

-- scopeChanges.forget
delete from "scope_changes" where "id" = $1

-- scopeChanges.sessions
select "sessions"."id", "sessions"."user_id", "sessions"."scope", "users"."scopes" as "user_scopes" from "sessions" inner join "users" on "users"."id" = "sessions"."user_id" where "sessions"."client_id" = $1 and "sessions"."ended_at" is null and "sessions"."claims_changed" = $2 and coalesce(sessions.rotated_at, sessions.created_at) <= $3 and "sessions"."user_id" < $4 and "users"."id" < $5 order by "sessions"."user_id", "sessions"."id" limit $6
select "sessions"."id", "sessions"."user_id", "sessions"."scope", "users"."scopes" as "user_scopes" from "sessions" inner join "users" on "users"."id" = "sessions"."user_id" where "sessions"."client_id" = $1 and "sessions"."ended_at" is null and "sessions"."claims_changed" = $2 and coalesce(sessions.rotated_at, sessions.created_at) <= $3 and "sessions"."user_id" >= $4 and "sessions"."user_id" < $5 and "users"."id" >= $6 and "users"."id" < $7 and (sessions.user_id, sessions.id) > ($8, $9) order by "sessions"."user_id", "sessions"."id" limit $10
select "sessions"."id", "sessions"."user_id", "sessions"."scope", "users"."scopes" as "user_scopes" from "sessions" inner join "users" on "users"."id" = "sessions"."user_id" where "sessions"."client_id" = $1 and "sessions"."ended_at" is null and "sessions"."claims_changed" = $2 and coalesce(sessions.rotated_at, sessions.created_at) <= $3 and "sessions"."user_id" >= $4 and "sessions"."user_id" < $5 and "users"."id" >= $6 and "users"."id" < $7 order by "sessions"."user_id", "sessions"."id" limit $8
select "sessions"."id", "sessions"."user_id", "sessions"."scope", "users"."scopes" as "user_scopes" from "sessions" inner join "users" on "users"."id" = "sessions"."user_id" where "sessions"."client_id" = $1 and "sessions"."ended_at" is null and "sessions"."claims_changed" = $2 and coalesce(sessions.rotated_at, sessions.created_at) <= $3 and "sessions"."user_id" >= $4 and "users"."id" >= $5 order by "sessions"."user_id", "sessions"."id" limit $6
select "sessions"."id", "sessions"."user_id", "sessions"."scope", "users"."scopes" as "user_scopes" from "sessions" inner join "users" on "users"."id" = "sessions"."user_id" where "sessions"."client_id" = $1 and "sessions"."ended_at" is null and "sessions"."claims_changed" = $2 and coalesce(sessions.rotated_at, sessions.created_at) <= $3 and "sessions"."user_id" >= $4 and "users"."id" >= $5 and (sessions.user_id, sessions.id) > ($6, $7) order by "sessions"."user_id", "sessions"."id" limit $8

-- scopeChanges.mark
update "sessions" set "claims_changed" = claims_changed + 1 where (id in ($1) and coalesce(rotated_at, created_at) <= $2) and ended_at is null
insert into "statuses" ("list", "idx", "value") select "status_list" as "list", "status_index" as "idx", 3 as "value" from "sessions" where (id in ($1) and coalesce(rotated_at, created_at) <= $2) and ended_at is null and claims_changed > 0 and "status_list" is not null order by "status_list", "status_index" on conflict do nothing
insert into "changes" ("id", "at", "kind", "subject", "status_list", "status_index") select 'claims_changed:' || status_list || ':' || status_index as "id", (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) as "at", 'claims_changed' as "kind", "id" as "subject", "status_list", "status_index" from "sessions" where (id in ($2) and coalesce(rotated_at, created_at) <= $3) and ended_at is null and claims_changed > 0 and "status_list" is not null order by "sessions"."id" on conflict do nothing returning "status_list", "status_index"

-- links.find
select * from "links" where "digest" = $1 and "purpose" = $2 and "used_at" is null and "expires_at" > (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $3::bigint)

-- mails.hasDue
select "id" from "mails" where "state" = $1 and "due_at" <= $2 order by "due_at" limit $3

-- mails.queue
select "created_at" from "mails" where "state" = $1 order by "due_at" limit $2

-- mails.take
update "mails" set "due_at" = $1 where ("id", "due_at") in (select "id", "due_at" from "mails" where "state" = $2 and "due_at" <= $3 order by "due_at", "id" limit $4) returning *

-- mails.keep
update "mails" set "state" = $1, "due_at" = $2 where ("id", "due_at") in (select "id", "due_at" from "mails" where "state" = $3 and "due_at" <= $4 order by "due_at", "id" limit $5) returning "id"

-- mails.settle
update "mails" set "attempts" = $1, "due_at" = $2, "sent_at" = $3, "fault" = $4, "state" = $5 where "id" = $6 and "state" = $7 and "due_at" = $8
update "mails" set "attempts" = $1, "due_at" = $2, "sent_at" = $3, "fault" = $4, "state" = $5, "wrapped_values" = $6 where "id" = $7 and "state" = $8
update "mails" set "attempts" = $1, "due_at" = $2, "sent_at" = $3, "fault" = $4, "state" = $5, "wrapped_values" = $6 where "id" = $7 and "state" = $8 and "due_at" = $9

-- mails.find
select * from "mails" where "id" = $1

-- mails.list
select * from "mails" order by "created_at" desc, "id" desc limit $1
select * from "mails" where "state" = $1 order by "due_at" desc, "id" desc limit $2
select * from "mails" where "user_id" = $1 order by "created_at" desc, "id" desc limit $2
select * from "mails" where "state" = $1 and "user_id" = $2 order by "created_at" desc, "id" desc limit $3
select * from "mails" where ("created_at", "id") < ($1, $2) order by "created_at" desc, "id" desc limit $3
select * from "mails" where "state" = $1 and ("due_at", "id") < ($2, $3) order by "due_at" desc, "id" desc limit $4
select * from "mails" where "user_id" = $1 and ("created_at", "id") < ($2, $3) order by "created_at" desc, "id" desc limit $4
select * from "mails" where "state" = $1 and "user_id" = $2 and ("created_at", "id") < ($3, $4) order by "created_at" desc, "id" desc limit $5

-- mails.wrappedLike
select "id", "due_at", case when substr(wrapped_values, 1, $1) = $2 then wrapped_values end as "wrapped_values" from "mails" where "state" = $3 order by "due_at", "id" limit $4
select "id", "due_at", case when substr(wrapped_values, 1, $1) = $2 then wrapped_values end as "wrapped_values" from "mails" where "state" = $3 and ("due_at", "id") > ($4, $5) order by "due_at", "id" limit $6

-- mails.rewrap
update "mails" set "wrapped_values" = $1 where "id" = $2 and "wrapped_values" = $3

-- invitations.list
select * from "links" where "purpose" = $1 and "used_at" is null and "expires_at" > (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint) order by "created_at" desc, "id" desc limit $3
select * from "links" where "purpose" = $1 and "used_at" is null and "expires_at" > (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint) and ("created_at", "id") < ($3, $4) order by "created_at" desc, "id" desc limit $5

-- invitations.revoke
delete from "links" where "id" = $1 and "purpose" = $2 and "used_at" is null

-- firstAdmin.offer
insert into links (digest, id, purpose, created_at, expires_at) select $1, $2, $3, cast($4 as bigint), cast($5 as bigint) where (select id from users order by created_at, id limit $6) is null on conflict (id) do update set digest = excluded.digest, created_at = excluded.created_at, expires_at = excluded.expires_at where links.used_at is null

-- ownData.audit
select * from "audit" where "user_id" = $1 order by "at", "id" limit $2
select * from "audit" where "user_id" = $1 and ("at", "id") > ($2, $3) order by "at", "id" limit $4

-- ownData.mails
select "id", "kind", "address", "created_at", "sent_at" from "mails" where "user_id" = $1 order by "created_at", "id" limit $2
select "id", "kind", "address", "created_at", "sent_at" from "mails" where "user_id" = $1 and ("created_at", "id") > ($2, $3) order by "created_at", "id" limit $4

-- mailedLinks.send
update "users" set "updated_at" = "updated_at" where "id" = $1
insert into "links" ("digest", "id", "purpose", "user_id", "email", "email_key", "detail", "created_at", "expires_at", "used_at") select cast($1 as text) as "digest", cast($2 as text) as "id", cast($3 as text) as "purpose", cast($4 as text) as "user_id", cast($5 as text) as "email", cast($6 as text) as "email_key", cast($7 as text) as "detail", cast($8 as bigint) as "created_at", cast($9 as bigint) as "expires_at", cast($10 as bigint) as "used_at" from "users" where "users"."id" = $11 and "users"."disabled" = $12 returning "id"
insert into "mails" ("id", "kind", "user_id", "address", "wrapped_values", "state", "attempts", "created_at", "due_at", "sent_at", "fault") select cast($1 as text) as "id", cast($2 as text) as "kind", cast($3 as text) as "user_id", cast($4 as text) as "address", cast($5 as text) as "wrapped_values", cast($6 as text) as "state", cast($7 as bigint) as "attempts", cast($8 as bigint) as "created_at", cast($9 as bigint) as "due_at", cast($10 as bigint) as "sent_at", cast($11 as text) as "fault" from "links" where "digest" = $12
insert into "links" ("digest", "id", "purpose", "user_id", "email", "email_key", "detail", "created_at", "expires_at", "used_at") select cast($1 as text) as "digest", cast($2 as text) as "id", cast($3 as text) as "purpose", cast($4 as text) as "user_id", cast($5 as text) as "email", cast($6 as text) as "email_key", cast($7 as text) as "detail", cast($8 as bigint) as "created_at", cast($9 as bigint) as "expires_at", cast($10 as bigint) as "used_at" from "users" where "users"."id" = $11 and "users"."disabled" = $12 and ((select count(*) as "sent" from "links" where "email_key" = $13 and "purpose" = $14 and "created_at" > $15)) < cast($16 as integer) returning "id"
update "links" set "used_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) where "user_id" = $2 and "purpose" = $3 and "used_at" is null and "digest" <> $4 and exists (select "digest" from "links" as "made" where "digest" = $5)

-- emailAddresses.findOwner
select * from "users" where "email_key" = $1 and "email_verified" = 1

-- emailAddresses.findClaimant
select * from "users" where "email_key" = $1 and "email_verified" = 0 and "disabled" = $2 limit $3

-- emailAddresses.prove
update "users" set "email" = $1, "email_key" = $2, "email_verified" = $3, "updated_at" = case when updated_at < cast($4 as bigint) then cast($5 as bigint) else updated_at + 1 end where "id" = $6 and "disabled" = $7 and "email_key" = $8 and not exists (select 1 from users as others where others.email_key = $9 and others.email_verified = 1 and others.id <> $10)
update "users" set "email" = $1, "email_key" = $2, "email_verified" = $3, "updated_at" = case when updated_at < cast($4 as bigint) then cast($5 as bigint) else updated_at + 1 end where "id" = $6 and "disabled" = $7 and "email_key" is null and not exists (select 1 from users as others where others.email_key = $8 and others.email_verified = 1 and others.id <> $9)
delete from "user_parts" where "part" in ($1, $2) and "user_id" = $3

-- attempts.count
insert into attempts (key, at, forget, wait, forgotten_at) values ($1, (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint), $3, 0, (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $4::bigint) + cast($5 as bigint)) on conflict (key) do update set at = excluded.at, forget = excluded.forget, wait = case when excluded.forget + case when attempts.forgotten_at > case when attempts.at > excluded.at then attempts.at else excluded.at end then attempts.forgotten_at - case when attempts.at > excluded.at then attempts.at else excluded.at end else 0 end < cast($6 as bigint) then 0 when attempts.wait = 0 then cast($7 as bigint) when 2 * attempts.wait < excluded.forget then 2 * attempts.wait else excluded.forget end, forgotten_at = excluded.at + excluded.forget + case when attempts.forgotten_at > case when attempts.at > excluded.at then attempts.at else excluded.at end then attempts.forgotten_at - case when attempts.at > excluded.at then attempts.at else excluded.at end else 0 end where attempts.wait = 0 or attempts.at + attempts.wait <= excluded.at or attempts.at > excluded.at + excluded.forget returning at, wait, forgotten_at
select at + wait as "next_at" from "attempts" where key = $1 and wait > 0 and at + wait > (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint)

-- attempts.clear
delete from "attempts" where "key" = $1

-- attempts.spend
insert into attempts (key, at, forget, wait, forgotten_at) values ($1, (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint), $3, 0, (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $4::bigint) + cast($5 as bigint)) on conflict (key) do nothing

-- audit.appendOnce
insert into "audit" ("id", "at", "event", "user_id", "session_id", "client_id", "actor", "address", "request_id", "detail") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing

-- audit.newest
select * from "audit" where "event" = $1 order by "at" desc, "id" desc limit $2

-- audit.list
select * from "audit" order by "at" desc, "id" desc limit $1
select * from "audit" where ("at", "id") < ($1, $2) order by "at" desc, "id" desc limit $3
select * from "audit" where "at" >= $1 and "at" < $2 order by "at" desc, "id" desc limit $3
select * from "audit" where "at" >= $1 and "at" < $2 and ("at", "id") < ($3, $4) order by "at" desc, "id" desc limit $5
select * from "audit" where "event" = $1 and ("at", "id") < ($2, $3) order by "at" desc, "id" desc limit $4
select * from "audit" where "event" = $1 and "at" >= $2 and "at" < $3 order by "at" desc, "id" desc limit $4
select * from "audit" where "event" = $1 and "at" >= $2 and "at" < $3 and ("at", "id") < ($4, $5) order by "at" desc, "id" desc limit $6
select * from "audit" where "user_id" = $1 order by "at" desc, "id" desc limit $2
select * from "audit" where "user_id" = $1 and ("at", "id") < ($2, $3) order by "at" desc, "id" desc limit $4
select * from "audit" where "user_id" = $1 and "event" = $2 and "session_id" = $3 and "client_id" = $4 and "at" >= $5 and "at" < $6 order by "at" desc, "id" desc limit $7
select * from "audit" where "user_id" = $1 and "event" = $2 and "session_id" = $3 and "client_id" = $4 and "at" >= $5 and "at" < $6 and ("at", "id") < ($7, $8) order by "at" desc, "id" desc limit $9

-- audit.find
select * from "audit" where "id" = $1

-- audit.inChain
select * from "audit" where (seal, at, id) > ($1, $2, $3) order by "seal", "at", "id" limit $4

-- audit.unsealed
select * from "audit" where "seal" is null order by "seal", "at", "id" limit $1

-- auditSeals.head
select "number", "latest_at", "mac" from "audit_seals" where "number" > $1 order by "number" desc limit $2

-- auditSeals.add
insert into "audit_seals" ("number", "entries", "digests", "latest_at", "previous_mac", "previous_latest_at", "kept_for", "created_at", "key_id", "mac") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing
update "audit" set "seal" = $1 where "id" in ($2, $3) and "seal" is null

-- auditSeals.after
select * from "audit_seals" where "number" > $1 order by "number" limit $2

-- auditSeals.firstSince
select "number" from "audit_seals" where "latest_at" >= $1 order by "latest_at", "number" limit $2

-- auditSeals.oldest
select "number", "entries", "latest_at" from "audit_seals" where "number" > $1 order by "number" limit $2

-- auditSeals.forget
delete from "audit" where "seal" >= $1 and "seal" <= $2 returning "id"
delete from "audit_seals" where "number" >= $1 and "number" <= $2

-- auditKeys.list
select * from "audit_keys" order by "generation"

-- auditKeys.add
insert into "audit_keys" ("id", "generation", "wrapped_key", "created_at") values ($1, $2, $3, $4) on conflict do nothing

-- cleanUp.prepare
insert into "sweeps" ("name", "position", "removed", "due_at") values ($1, $2, $3, (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $4::bigint) + cast($5 as bigint)) on conflict do nothing

-- cleanUp.due
select "name" from "sweeps" where "due_at" <= (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) order by "due_at"

-- cleanUp.take
update "sweeps" set "due_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $1::bigint) + cast($2 as bigint) where "name" = $3 and "due_at" <= (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $4::bigint) returning *, (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $5::bigint) as "now"

-- cleanUp.leave
update "sweeps" set "position" = $1, "removed" = $2, "due_at" = (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $3::bigint) + cast($4 as bigint) where "name" = $5 and "due_at" = $6

-- cleanUp.sessionsAfter
select "sessions"."id", "sessions"."created_at", "sessions"."last_used_at", "sessions"."ended_at", "clients"."refresh_idle_ttl", "clients"."session_ttl" from "sessions" left join "clients" on "clients"."id" = "sessions"."client_id" where "sessions"."id" > $1 order by "sessions"."id" limit $2

-- cleanUp.sampleSessions
select "sessions"."user_id", "sessions"."created_at", "sessions"."last_used_at", "sessions"."ended_at", "clients"."refresh_idle_ttl", "clients"."session_ttl" from "sessions" left join "clients" on "clients"."id" = "sessions"."client_id" order by "sessions"."user_id" limit $1

-- cleanUp.forgetSessions
delete from "sessions" where "id" in ($1) and "last_used_at" < $2 returning "ended_at"

-- cleanUp.forgetChanges
delete from "changes" where "id" in (select "id" from "changes" where "at" < $1 order by "at", "id" limit $2) returning "id"

-- cleanUp.forgetMails
delete from "mails" where "id" in (select "id" from "mails" where "state" = $1 and "due_at" <= $2 order by "due_at", "id" limit $3) returning "id"

-- cleanUp.forgetLinks
delete from "links" where "digest" in (select "digest" from "links" where "expires_at" < $1 order by "expires_at" limit $2) returning "digest"

-- cleanUp.attemptsAfter
select "key" from "attempts" where "key" > $1 order by "key" limit $2

-- cleanUp.forgetAttempts
delete from "attempts" where "key" in ($1) and "forgotten_at" < (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $2::bigint) returning "key"

-- cleanUp.secretsAfter
select "id" from "client_secrets" where "id" > $1 order by "id" limit $2

-- cleanUp.forgetSecrets
delete from "client_secrets" where "id" in ($1) and "expires_at" < $2 returning "id"

-- statistics.add
insert into statistics_writers (id, batch, at) values ($1, $2, (floor(extract(epoch from clock_timestamp()) * 1000)::bigint + $3::bigint)) on conflict (id) do update set batch = excluded.batch, at = excluded.at where statistics_writers.batch < excluded.batch
insert into statistics (step, start, figure, value) select cast(value ->> 0 as bigint), cast(value ->> 1 as bigint), value ->> 2, cast(value ->> 3 as bigint) from jsonb_array_elements($1::jsonb) as given(value) where true on conflict (step, start, figure) do update set value = statistics.value + excluded.value
insert into statistics (step, start, figure, value) select cast(value ->> 0 as bigint), cast(value ->> 1 as bigint), value ->> 2, cast(value ->> 3 as bigint) from jsonb_array_elements($1::jsonb) as given(value) where true on conflict (step, start, figure) do update set value = case when excluded.value > statistics.value then excluded.value else statistics.value end

-- statistics.since
select "start", "figure", "value" from "statistics" where "step" = $1 and "start" >= $2

-- statistics.forget
delete from "statistics" where "step" = $1 and "start" < $2 returning "figure"

-- statistics.forgetWriters
delete from "statistics_writers" where "at" < $1 returning "id"
