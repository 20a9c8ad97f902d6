/** Sessions that ended without their entry, their bit, or a word to other processes. */
export const unpaired = `
  select id from sessions where ended_at is not null and (
    id not in (select session_id from audit where event in ('session_ended', 'refresh_reused'))
    or id not in (select subject from changes where kind = 'session_ended')
    or (status_list, status_index) not in (select list, idx from statuses where value = 1))`
