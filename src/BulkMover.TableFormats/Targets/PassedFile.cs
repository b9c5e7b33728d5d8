using System.Buffers;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Targets;

/// <summary>A file whose bytes pass through this program, because no store can copy it by itself.</summary>
internal static class PassedFile
{
    /// <summary>Code of the error that the file is another than its version says.</summary>
    public const string Changed = "lake.file_changed";

    /// <summary>Bytes that are read and written at a time; what the writer holds comes on top.</summary>
    public const int PieceBytes = 8 << 20;

    /// <param name="source">Where the file is.</param>
    /// <param name="file">The file.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="version">As <see cref="IWritableStore.TryCopyAsync"/> takes it.</param>
    /// <param name="store">Where the copy will be.</param>
    /// <param name="destination">The copy.</param>
    /// <param name="cancellationToken">Stops it; nothing is visible then.</param>
    public static async Task CopyAsync(
        IObjectStore source, Location file, long bytes, string? version, IWritableStore store, Location destination, CancellationToken cancellationToken)
    {
        await using IRangeReader reader = await source.OpenAsync(file, bytes, cancellationToken);
        await using IObjectWriter writer = await store.CreateAsync(destination, bytes, cancellationToken);
        byte[] piece = ArrayPool<byte>.Shared.Rent((int)Math.Min(bytes, PieceBytes));
        for (long offset = 0; offset < bytes; offset += piece.Length)
        {
            Memory<byte> next = piece.AsMemory(0, (int)Math.Min(piece.Length, bytes - offset));
            await reader.ReadAsync(offset, next, cancellationToken);
            if (version is not null && reader.Version != version)
                throw new EnvironmentException(Changed, $"'{file}' was replaced while it was copied. Run the command again.") { IsTransient = true };
            await writer.WriteAsync(next, cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
        ArrayPool<byte>.Shared.Return(piece);
    }
}
