using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Local;
using BulkMover.Testing.Stores;

namespace BulkMover.ObjectStores.Tests.Local;

/// <summary>As on file systems that know no files without a name.</summary>
public sealed class LocalNamedWritingTests : WritableStoreContract, IDisposable
{
    private readonly TemporaryDirectory directory = new();

    protected override Location Root => directory.LocationOf("root");

    public void Dispose() => directory.Dispose();

    protected override IWritableStore OpenStore() => new LocalObjectStore(Root) { HasUnnamedFiles = false };

    protected override Task<int> CountUnfinishedAsync() =>
        Task.FromResult(Directory.EnumerateFiles(directory.FullName, ".*", SearchOption.AllDirectories).Count());
}
