using Apache.Arrow.Types;
using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Tests.Delta.Writing;

/// <summary>Another writer, which appends to the table while somebody else is about to commit.</summary>
internal sealed class WriterOfSameTable(WrittenTable table)
{
    public Task<long> CopyAsync(string transfer, params (string Name, IArrowType Type, object?[] Values)[] columns) => table.CopyAsync(CopyMode.Append, transfer, columns);
}
