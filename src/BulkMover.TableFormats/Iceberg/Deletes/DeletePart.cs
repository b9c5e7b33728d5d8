using Apache.Arrow;
using BulkMover.Core.Scans;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>Some of the deletes of a data file, not read yet.</summary>
/// <param name="Bytes">What loading will hold.</param>
internal abstract record DeletePart(long Bytes);

/// <summary>Deletes by position.</summary>
/// <param name="Bytes">What loading will hold.</param>
/// <param name="Rows">Rows of the data file that they delete, where it is known.</param>
/// <param name="LoadAsync">Reads the positions; null when none is of the data file.</param>
internal sealed record PositionPart(long Bytes, long? Rows, Func<CancellationToken, Task<PositionSet?>> LoadAsync) : DeletePart(Bytes);

/// <summary>Deletes by values.</summary>
/// <param name="Bytes">What loading will hold.</param>
/// <param name="Columns">The delete columns.</param>
/// <param name="SequenceNumber">The data file's: rows are deleted by what is newer.</param>
/// <param name="LoadAsync">Reads the values.</param>
internal sealed record EqualityPart(
    long Bytes, IReadOnlyList<Field> Columns, long SequenceNumber, Func<CancellationToken, Task<KeyTable>> LoadAsync) : DeletePart(Bytes);
