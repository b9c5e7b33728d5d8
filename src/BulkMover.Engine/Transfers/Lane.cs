using System.Runtime.InteropServices;

namespace BulkMover.Engine.Transfers;

/// <summary>The way of a row group.</summary>
/// <param name="Decoder">The worker that encodes what the decoder makes: one for each row group that is decoded.</param>
/// <param name="Writer">The worker that sends it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Lane(int Decoder, int Writer);
