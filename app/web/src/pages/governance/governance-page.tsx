export default function GovernancePage() {
  return null;
}
