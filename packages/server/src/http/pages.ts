import Type, { type Static } from 'typebox'

/** How lists are asked for: `?limit=&cursor=`. */
export const pageQuery = Type.Object({
  limit: Type.Optional(
    Type.String({
      pattern: '^[1-9][0-9]{0,2}$',
      description: 'How many at most: 50, or up to 999',
    }),
  ),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 256, description: '`next_cursor` of the page before' }),
  ),
})

export function pageSize({ limit, cursor }: Static<typeof pageQuery>) {
  return { limit: limit === undefined ? 50 : Number(limit), ...(cursor && { after: cursor }) }
}
