import Type from 'typebox'

/** Nothing else: a misspelt `dry_run` would be an import in earnest. */
export const userImportQuery = Type.Object(
  {
    dry_run: Type.Optional(
      Type.Union([Type.Literal('true'), Type.Literal('false')], {
        description: 'Changes nothing, and says what would be',
      }),
    ),
    file: Type.Optional(
      Type.String({
        maxLength: 255,
        pattern: '^\\P{C}+$',
        description: 'What the file is called, for the audit log',
      }),
    ),
    first_line: Type.Optional(
      Type.String({
        pattern: '^[1-9][0-9]{0,9}$',
        description:
          'At which line of the file the first record of this piece is: 1, or in CSV 2 behind the header, where it is left out',
      }),
    ),
    import_id: Type.Optional(
      Type.String({
        pattern: '^[0-9A-Za-z_-]{22,64}$',
        description:
          'The same for all pieces of a file, and random: 128 bits or more. With it a piece can be sent again',
      }),
    ),
  },
  { additionalProperties: false },
)

export const userLines = Type.String({
  description:
    'Users, a line each: a JSON object, or a row of a table that names its columns first',
})

export const userImportAnswer = Type.Object(
  {
    imported: Type.Integer({ description: 'Users who are new; in a dry run, who would be' }),
    present: Type.Integer({ description: 'Whose name was a user’s before: they stay as they are' }),
    left_out: Type.Integer(),
    formats: Type.Record(Type.String(), Type.Integer(), {
      description: 'How many of the new ones have a hash of which format',
    }),
    rejects: Type.Array(Type.Object({ line: Type.Integer(), why: Type.String() }), {
      description: 'What was left out, each by its line in the file',
    }),
  },
  { description: 'What has come of the lines' },
)
