/** Why a token would not pass, or why that can't be said: in words it is put by whoever shows it. */
export interface Reason {
  readonly code: ReasonCode
  /** What stands in its sentence: names of claims, texts out of the token, numbers. */
  readonly values?: Readonly<Record<string, string | number>>
  /** Seconds since 1970, where it has to do with a time. */
  readonly at?: number
}

export type ReasonCode =
  // How it is spelled.
  | 'tooLong'
  | 'tooFewParts'
  | 'tooManyParts'
  | 'headerTooLong'
  | 'partEmpty'
  | 'partHasCharacter'
  | 'partCutShort'
  | 'partHasSpareBits'
  | 'partIsNoText'
  | 'partIsNoJson'
  | 'partIsNoObject'
  | 'memberTwice'
  // What its header asks for.
  | 'headerAsksForMore'
  | 'algorithmNone'
  | 'algorithmMissing'
  | 'algorithmUnknown'
  | 'algorithmNotOurs'
  | 'keyNameIsNoText'
  | 'keyNameMissing'
  | 'keyUnknown'
  | 'keyOfOtherAlgorithm'
  | 'typeMissing'
  | 'typeWrong'
  // Its signature.
  | 'signatureMissing'
  | 'signatureLength'
  | 'signatureWrong'
  | 'secretMissing'
  | 'secretTooShort'
  | 'browserCannot'
  // Its claims.
  | 'claimMissing'
  | 'claimKind'
  | 'issuerOther'
  | 'audienceOther'
  | 'audienceUnwanted'
  | 'expired'
  | 'notYet'
  // What has become of it.
  | 'noPlace'
  | 'placeElsewhere'
  | 'revoked'
  | 'changed'
  | 'statusUnread'
  | 'serverUnread'
  // Encryption.
  | 'encrypted'
  | 'encryptedUnwanted'
  | 'encryptedOtherwise'
  | 'signedOnly'
  | 'unexplained'
