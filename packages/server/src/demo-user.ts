/** Of the demo, and of no other server: everybody knows the password. */
export const demoUser = { username: 'testuser', password: 'password123' } as const
