export default function VaultsPage() {
  return null;
}
