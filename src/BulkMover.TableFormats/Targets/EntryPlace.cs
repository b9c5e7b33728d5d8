using System.Runtime.InteropServices;

namespace BulkMover.TableFormats.Targets;

/// <summary>Where an entry of a transfer is in the ledger.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Bytes">Its length when it was listed or written; another run may have emptied it since.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EntryPlace(long Number, long Bytes);
