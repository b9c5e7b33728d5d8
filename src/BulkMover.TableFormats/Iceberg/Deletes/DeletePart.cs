using Apache.Arrow;
using BulkMover.Core.Scans;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>Some of the deletes of a data file, not read yet.</summary>
/// <param name="Bytes">What loading will hold.</param>
internal abstract record DeletePart(long Bytes)
{
    /// <summary>Tells its delete files.</summary>
    public abstract UInt128 Identity { get; }
}

/// <summary>Deletes by position.</summary>
/// <param name="File">The file that has them.</param>
/// <param name="Bytes">What loading will hold.</param>
/// <param name="Rows">Rows of the data file that they delete, where it is known.</param>
/// <param name="LoadAsync">Reads the positions; null when none is of the data file.</param>
internal sealed record PositionPart(DeleteFile File, long Bytes, long? Rows, Func<CancellationToken, Task<PositionSet?>> LoadAsync) : DeletePart(Bytes)
{
    public override UInt128 Identity => File.Identity;
}

/// <summary>Deletes by values.</summary>
/// <param name="Group">The files that have them, and perhaps older ones.</param>
/// <param name="Bytes">What loading will hold.</param>
/// <param name="SequenceNumber">The data file's: rows are deleted by what is newer.</param>
/// <param name="LoadAsync">Reads the values.</param>
internal sealed record EqualityPart(
    EqualityGroup Group, long Bytes, long SequenceNumber, Func<CancellationToken, Task<KeyTable>> LoadAsync) : DeletePart(Bytes)
{
    /// <summary>The delete columns.</summary>
    public IReadOnlyList<Field> Columns => Group.Columns;

    public override UInt128 Identity => Group.IdentityAfter(SequenceNumber);
}
