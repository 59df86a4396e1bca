import type { Product } from "../../stories/support/product.ts";

type Person = { email: string; password: string };

/** A new engineer of the maker. */
export async function engineer({ admin }: Product): Promise<Person> {
  const email = "engineer@prove.example";
  const made = await admin.post<{ password: string }>("/users", {
    email,
    name: "Engineer",
    role: "engineer",
  });
  return { email, password: made.password };
}

/** The cookie of a new session. */
export async function signIn({ url }: Product, person: Person): Promise<string> {
  const response = await fetch(`${url}/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", origin: url },
    body: new URLSearchParams(person),
    redirect: "manual",
  });
  if (response.status !== 303) throw new Error(`sign-in answered ${response.status}`);
  const cookies = response.headers.getSetCookie().map((line) => line.split(";")[0]);
  return cookies.join("; ");
}

/** Whether the session still opens a page of the staff. */
export async function signedIn({ url }: Product, cookie: string): Promise<boolean> {
  const response = await fetch(`${url}/alarms`, { headers: { cookie }, redirect: "manual" });
  await response.arrayBuffer();
  return response.status === 200;
}
