// Where the columns stand: side by side while they are wide enough, else customers above our people.

const WIDE_ENOUGH = 320;
const TALL_ENOUGH = 700;
const ORDER = ["customer", "agent", "admin"];

function rank(role) {
  const at = ORDER.indexOf(role.replace(/-\d+$/, ""));
  return at < 0 ? ORDER.length : at;
}

// Customers first, then agents, then admins; those alike as they came.
export function inOrder(roles) {
  return [...roles].sort((one, other) => rank(one) - rank(other));
}

// How many of them stand in the upper row: the customers, where that leaves two rows alike.
function upper(roles) {
  const half = Math.ceil(roles.length / 2);
  const customers = roles.filter((role) => rank(role) === 0).length;
  return Math.abs(customers - half) <= 1 && customers < roles.length ? customers : half;
}

export function lay(desk, roles, roots) {
  const many = Math.max(roles.length, 1);
  const two = many > 3 && innerWidth / many < WIDE_ENOUGH && innerHeight >= TALL_ENOUGH;
  const above = two ? upper(roles) : many;
  const below = two ? many - above : 1;
  // The rows need not hold the same number: each column is as many tracks wide as the other row
  // holds columns.
  desk.style.setProperty("--columns", String(two ? above * below : many));
  desk.classList.toggle("two-rows", two);
  roles.forEach((role, at) => {
    roots.get(role).style.gridColumn = two ? `span ${at < above ? below : above}` : "";
  });
}
