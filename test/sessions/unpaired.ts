/** Sessions that ended without their entry, their bit, or a word to other processes. */
export const unpaired = `
  select id from sessions where ended_at is not null and (
    not exists (
      select 1 from audit where event in ('session_ended', 'refresh_reused') and (
        session_id = sessions.id or (session_id is null and user_id = sessions.user_id)))
    or id not in (select subject from changes where kind = 'session_ended')
    or (status_list, status_index) not in (select list, idx from statuses where value = 1))`
