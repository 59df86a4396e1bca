import type { Product } from "../../../stories/support/product.ts";
import { until } from "../../../stories/support/wait.ts";

export const SIGN_IN = { ADMIN_EMAIL: "admin@proof.example", ADMIN_PASSWORD: "an outage is no excuse" };

/** What the strip on the pages says, as soon as there is one: the text of the first page of somebody signed in. */
export async function stripOf(product: Product): Promise<string> {
  const { ADMIN_EMAIL, ADMIN_PASSWORD } = SIGN_IN;
  const signedIn = await fetch(`${product.url}/sign-in`, {
    method: "POST",
    headers: { origin: product.url },
    body: new URLSearchParams({ email: ADMIN_EMAIL, password: ADMIN_PASSWORD }),
    redirect: "manual",
  });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  return until("the strip on the pages", async () => {
    const page = await (await fetch(`${product.url}/`, { headers: { cookie } })).text();
    const strip = /<p class="strip-note" role="status">(.*?)<\/p>/s.exec(page)?.[1];
    return strip?.replace(/<[^>]*>/g, " ");
  });
}
