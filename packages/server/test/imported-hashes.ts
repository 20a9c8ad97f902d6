/** A hash of each format that is verified, as cheap as can be, made by the software that they come from or by Python's. */

export const importedPassword = 'correct horse battery staple'

// biome-ignore format: one line each
export const importedHashes: Readonly<Record<string, string>> = {
  argon2id: '$argon2id$v=19$m=64,t=1,p=1$PycEAECIsRaCkPL+P2cMgQ$1AcmdFYTApKPsJlLHUi11SjGiBOxCabXqiDmYKxq27o',
  argon2i: '$argon2i$v=19$m=64,t=1,p=1$VwpBiNG6V+rdm5Oy1lorBQ$eky1MYd9ZVj1XEJQlaFKqVzuUYa28yhzEp274uHhiz0',
  argon2d: '$argon2d$v=19$m=64,t=1,p=1$nxOiFGLsfe99z9mbE+L8vw$B9Lxsdnt9rATmJJp8iPcIA/iGdxNdIAg94sSn0yNcYs',
  'django-argon2': 'argon2$argon2id$v=19$m=64,t=1,p=1$eHZVZTRLUUNCQ3JMN25hQjJrRHpHcQ$M0ZGP8oVLePoBWcwCYtty2Jt07KwA/SsjayxbAxIxkU',
  bcrypt: '$2y$04$7BxnUHE3svPZixZF8RkCYudwAmtBoqXungK6zCXzVEwKzqZuATYb2',
  'django-bcrypt': 'bcrypt$$2b$04$MYAPlfh9vDtRk6hl4Ih23eD3xAFfCl4TXyQ93uPL36hdXxcF2zG8K',
  'django-bcrypt-sha256': 'bcrypt_sha256$$2b$04$TUl/bichhY6W5MXRoLaUau3Lzq4U5S1y/IIQ/BhAPN9ucM7e9fSC2',
  scrypt: '$scrypt$ln=4,r=2,p=1$8Z5TqtW6l3IOYay19j6nVA$dD4AXzF9HVSIaftiOpwjEw+5lGSAEKeY9OPjTJEkyqw',
  'django-scrypt': 'scrypt$16$seasaltandmore$2$1$3v6aOnqIT7mkoOjOnElupD+puLE24tBvSkqkvfjQCgw64ET4Dqi9eD/C984PYlu1CRnr54x2D1MFjzBrnLA3Yg==',
  'better-auth': '00112233445566778899aabbccddeeff:f5b22309b28fe412c82a4b2cab57498b8f8a42c849af16cb908974048f61c13933421858db3a8f111430bdc493c7cef90f61f904061c77206e3820a2e8b11bc2',
  'firebase-scrypt': '$fbscrypt$v=1,n=4,r=2,p=1,ss=Bw==,sk=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==$c2FsdHNhbHQ=$Hzmoitd10r1Kl45Uqdwwqdb2WmLio33lr9pC8MaqYFx7B9iLG5SCEY3K6jolNtHoa2UO1LaHcmACQVtpGgCNhQ==',
  'pbkdf2-sha512': '$pbkdf2-sha512$2$DiEEoBTCOEdI6f2/V2otpQ$cGhnvwfj9Cw6yvklfMRH.LDJ9kUJ5Fj93mcBB.iYUDqhdZq.w47eTEJlk.bpxjtr4ZqCzFhWQPs0HZN2TenLZA',
  'pbkdf2-sha256': '$pbkdf2-sha256$2$A4AwZgzBuDeGEIIwRmjtnQ$vxrUgPqslPsTg6xW9wUt99LA5wGS4oiXt5m9MZL/SxU',
  pbkdf2: '$pbkdf2$2$oRSCMOY8Z4zRuvde6x1jrA$6FO7I0sDxMo3YLl3pHKJplOtIZ8',
  'django-pbkdf2_sha256': 'pbkdf2_sha256$2$seasalt$9Xmup8YrQH413YkEYxQX6eC2NdjvXhxiB2l48AWyoQ4=',
  'django-pbkdf2_sha1': 'pbkdf2_sha1$2$seasalt$gYHMRAK3LbpBt2ra4HddF4F3phw=',
  'asp-net-v2': 'AAABAgMEBQYHCAkKCwwNDg8A6b+Q5v/5gBndnBKiBiA27187WD3zrXpRRPbHcnNx7A==',
  'asp-net-v3': 'AQAAAAEAAAACAAAAEAABAgMEBQYHCAkKCwwNDg9LnXn3jAqZrVsAxi+zP5Nk60Ew00DuVWy5LJ/HAnVCig==',
  phpass: '$P$50uqFoS9/eDgcLcsqfEIV2I5.CFoSX.',
  drupal: '$S$5saltsaltpzcEUJ5z87ovP9mtCeb6BHUwBIaKrItFLMKZfg8CftN',
  ssha: '{SSHA}4XfmM9iq5OuMJyfmVR7SjCkn8tY4R+i9',
  ssha256: '{SSHA256}FR94yl3R+YZ3UteRLsfoK9SdQaTTIBk+aRpM+PF66PoZgzCG0LpX6g==',
  ssha512: '{SSHA512}pP+2neFfzZtcctxppfTyS1FdF48pIYNFl3mhY+blHiJT5AReM7CkR9wT5r6sUpsWJEi3dx6Ga98ha135jsMIA3uvlRJijDEm',
  'md5-crypt': '$1$iXLLTu2R$16f87Z9pGj6/UiJbtp0xM1',
  'sha256-crypt': '$5$rounds=1000$bnCZSjP5c.Qoi.0j$9XrwHkB8TDqgxJUWutf4Ko7lBkXLc63n57LOiMNNi83',
  'sha512-crypt': '$6$rounds=1000$hdqaUwwD..UQK4NH$BbGEZewvwBwdvLaY7JHh/iWLI5/RX7OpUDhRYCM.OitIvcTzB4P8ZOJwcxr80PoSZcTPkXp.mpizvgOJWxK0j1',
}
